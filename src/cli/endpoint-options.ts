import { existsSync } from 'node:fs';
import type { EndpointFile } from '../config/endpoint-schema.ts';
import type { Environment, ServedConfiguration } from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';
import { ServingError } from '../errors.ts';
import { commandConfiguration, type ModelOptions } from './command-options.ts';
import { FaultyFile, UsageError } from './failure.ts';

/** Options of commands that an endpoint file may stand for. */
export interface EndpointOptions extends ModelOptions {
  /** An endpoint file. @default endpoint.yaml in the working directory, when no model is named */
  readonly config?: string;
}

const DEFAULT_FILE = 'endpoint.yaml';

/**
 * The configuration of a command, with the command line's word over the environment's, and that over the file's.
 *
 * @param part what of the file counts: `source` is the model and where it is looked up
 * @throws {UsageError} for a file or a variable that is wrong, or when no model is named
 */
export async function endpointConfiguration(
  options: EndpointOptions,
  part: 'source' | 'serving',
): Promise<ServedConfiguration> {
  const path = findFile(options, process.env);
  if (path === undefined) return commandConfiguration(options);
  const file = await readFile(path);
  const { servingEnvironment, sourceEnvironment } = await import(
    '../config/endpoint-environment.ts'
  );
  const fromFile = part === 'source' ? sourceEnvironment(file) : servingEnvironment(file);
  return commandConfiguration(
    options,
    withoutOverruled(fromFile, { ...process.env, ...named(options) }),
  );
}

function findFile(
  { config, modelUri }: EndpointOptions,
  environment: Environment,
): string | undefined {
  if (config !== undefined) return config;
  const isNamed = modelUri !== undefined || environment[VARIABLES.modelUri.name]?.trim();
  return !isNamed && existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined;
}

/** Only here is the checker of endpoint files loaded. */
async function readFile(path: string): Promise<EndpointFile> {
  const { readEndpointFile } = await import('../config/read-endpoint-file.ts');
  try {
    return readEndpointFile(path);
  } catch (cause) {
    if (!(cause instanceof ServingError)) throw cause;
    const hasFaults = /^.+?:\d+:\d+: /.test(cause.message);
    if (hasFaults) throw new FaultyFile(path, cause.message, { cause });
    throw new UsageError(cause.message, { cause });
  }
}

const named = ({ registryUri }: EndpointOptions): Environment =>
  registryUri === undefined ? {} : { MLFLOW_REGISTRY_URI: registryUri };

const SERVER = /^MLFLOW_(REGISTRY_URI|TRACKING_\w+|WORKSPACE)$/;

/** Whoever names a registry means that one: the file's, and its credentials, do not count any more. */
function withoutOverruled(fromFile: Environment, environment: Environment): Environment {
  const isNamed = ['MLFLOW_REGISTRY_URI', 'MLFLOW_TRACKING_URI'].some((name) =>
    environment[name]?.trim(),
  );
  if (!isNamed) return fromFile;
  return Object.fromEntries(Object.entries(fromFile).filter(([name]) => !SERVER.test(name)));
}
