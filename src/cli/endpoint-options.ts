import type { Environment, ServedConfiguration } from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';
import { commandConfiguration, type ModelOptions } from './command-options.ts';
import { findEndpointFile, readCommandFile } from './endpoint-file.ts';

/** Options of commands that an endpoint file may stand for. */
export interface EndpointOptions extends ModelOptions {
  /** An endpoint file. @default endpoint.yaml in the working directory, when no model is named */
  readonly config?: string;
}

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
  const path = findModelFile(options, process.env);
  if (path === undefined) return commandConfiguration(options);
  const file = await readCommandFile(path);
  const { servingEnvironment, sourceEnvironment } = await import(
    '../config/endpoint-environment.ts'
  );
  const fromFile = part === 'source' ? sourceEnvironment(file) : servingEnvironment(file);
  return commandConfiguration(
    options,
    withoutOverruled(fromFile, { ...process.env, ...named(options) }),
  );
}

/** A model that is named needs no file. */
export function findModelFile(
  { config, modelUri }: EndpointOptions,
  environment: Environment,
): string | undefined {
  const isNamed = modelUri !== undefined || environment[VARIABLES.modelUri.name]?.trim();
  return config === undefined && isNamed ? undefined : findEndpointFile(config);
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
