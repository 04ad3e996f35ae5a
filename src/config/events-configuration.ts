import { ServingError } from '../errors.ts';
import type { LogLevel } from '../log.ts';
import { type Environment, readVariable } from './environment.ts';
import { VARIABLES, type Variable } from './variables.ts';

/** What a receiver of MLflow's webhooks is set up with. */
export interface EventsConfiguration {
  /** The MLflow server, `http(s)://…`. */
  readonly serverUrl: string;
  /** Root of the published registry that follows it. */
  readonly publishTo: string;
  readonly publishOn: ReadonlySet<'alias' | 'version' | 'tag'>;
  /** Undefined for all of them. */
  readonly aliases: ReadonlySet<string> | undefined;
  /** Undefined for every model of the server. */
  readonly modelUri: string | undefined;
  /** The secret itself: only for one's own machine. */
  readonly webhookSecret: string | undefined;
  readonly workspace: string | undefined;
  /** The function to hand long work over to: itself. Undefined outside Lambda. */
  readonly functionName: string | undefined;
  readonly logLevel: LogLevel | undefined;
  /** With the server as the registry: versions are published from there. */
  readonly environment: Environment;
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE naming the variable that is missing or cannot be read */
export function readEventsConfiguration(environment: Environment): EventsConfiguration {
  const read = <T>(variable: Variable<T>): T | undefined => readVariable(environment, variable);
  const { publishTo, eventAliases } = VARIABLES;
  const aliases = read(eventAliases);
  const serverUrl = readServerUrl(environment);
  return {
    serverUrl,
    publishTo: read(publishTo) ?? throwMissing(publishTo),
    publishOn: read(VARIABLES.publishOn) ?? new Set(['alias'] as const),
    aliases: aliases && new Set(aliases),
    modelUri: read(VARIABLES.modelUri),
    webhookSecret: read(VARIABLES.webhookSecret),
    workspace: environment['MLFLOW_WORKSPACE']?.trim() || undefined,
    functionName: environment['AWS_LAMBDA_FUNCTION_NAME'] || undefined,
    logLevel: read(VARIABLES.logLevel),
    environment: { ...environment, MLFLOW_REGISTRY_URI: serverUrl },
  };
}

/** A registry of its own goes before the tracking server, as in MLflow; a published one sends no webhooks. */
function readServerUrl(environment: Environment): string {
  const uris = [environment['MLFLOW_REGISTRY_URI'], environment['MLFLOW_TRACKING_URI']];
  const url = uris.map((uri) => uri?.trim() ?? '').find(isHttp);
  if (url !== undefined) return url;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    'MLFLOW_TRACKING_URI must name the MLflow server that sends the webhooks: http(s)://…',
  );
}

/** A published registry in Blob Storage may be named by an address, too. */
const isHttp = (uri: string): boolean => {
  const url = URL.parse(uri);
  return /^https?:$/.test(url?.protocol ?? '') && !/\.(blob|dfs)\./.test(url?.hostname ?? '');
};

function throwMissing({ name, accepts }: Variable<unknown>): never {
  throw new ServingError('INVALID_PARAMETER_VALUE', `${name} is not set: expected ${accepts}`);
}
