import { availableParallelism } from 'node:os';
import { ServingError } from '../errors.ts';
import type { LogLevel } from '../log.ts';
import { VARIABLES, type Variable } from './variables.ts';

/** The environment, or what stands for it in a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Everything that is set from outside. Where a field may be undefined, its user has a default that
 * depends on the machine.
 */
export interface Configuration {
  readonly modelUri: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  /** undefined: as is best for the door. */
  readonly threads: number | undefined;
  /** Requests that may wait for a thread. */
  readonly maxWaiting: number | undefined;
  /** Answer 504 after this; ms. */
  readonly timeoutMs: number;
  readonly limits: {
    readonly maxBodyBytes: number;
    readonly maxRows: number;
    readonly maxDepth: number;
  };
  readonly aliasTtlMs: number;
  /** `push`: an alias older than this is looked up before a request is answered; undefined for `poll`. ms */
  readonly pushFloorMs: number | undefined;
  /** Pages of these may read the answers; `*`: any. */
  readonly corsOrigins: readonly string[];
  readonly cacheMemoryBytes: number | undefined;
  readonly cacheDiskBytes: number | undefined;
  readonly cacheDirectory: string | undefined;
  /** What computes the answers: see `MLFLOW_SERVERLESS_RUNTIME`. */
  readonly runtime: 'auto' | 'node' | 'python';
  readonly python: PythonConfiguration;
  readonly logLevel: LogLevel | undefined;
  /** For the registries and stores: MLflow's and the clouds' own variables. */
  readonly environment: Environment;
}

/** How the Python code of models is run. */
export interface PythonConfiguration {
  /** Of an environment that was made before; undefined: one is made. */
  readonly executable: string | undefined;
  /** Registries and places whose code may run, as they were written. */
  readonly trust: readonly string[];
  readonly isNetworkAllowed: boolean;
  /** Names of further variables that the model may see. */
  readonly passedVariables: readonly string[];
  readonly memoryBytes: number | undefined;
  /** ms. */
  readonly startTimeoutMs: number;
  readonly environmentManager: 'uv' | 'virtualenv' | 'local' | undefined;
  readonly arePicklesAllowed: boolean;
}

/** The configuration of something that answers with one model. */
export interface ServedConfiguration extends Configuration {
  readonly modelUri: string;
}

/**
 * Read the environment. The one place that does, but for MLflow's and the clouds' own variables,
 * which the registries and stores know best.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE naming the variable and what it accepts
 */
export function readConfiguration(environment: Environment): Configuration {
  const read = <T>(variable: Variable<T>): T | undefined => readVariable(environment, variable);
  return {
    modelUri: read(VARIABLES.modelUri),
    host: read(VARIABLES.host) ?? '127.0.0.1',
    port: read(VARIABLES.port) ?? 8000,
    workers: read(VARIABLES.workers) ?? 1,
    threads: readThreads(environment),
    maxWaiting: read(VARIABLES.maxWaiting),
    timeoutMs: read(VARIABLES.timeoutMs) ?? 60_000,
    limits: {
      maxBodyBytes: read(VARIABLES.maxBodyBytes) ?? 100 * 2 ** 20,
      maxRows: read(VARIABLES.maxRows) ?? 1_000_000,
      maxDepth: read(VARIABLES.maxDepth) ?? 500,
    },
    aliasTtlMs: read(VARIABLES.aliasTtlMs) ?? 30_000,
    pushFloorMs:
      read(VARIABLES.refresh) === 'push' ? (read(VARIABLES.pushFloorMs) ?? 500) : undefined,
    corsOrigins: read(VARIABLES.corsOrigins) ?? [],
    cacheMemoryBytes: read(VARIABLES.cacheMemoryBytes),
    cacheDiskBytes: read(VARIABLES.cacheDiskBytes),
    cacheDirectory: read(VARIABLES.cacheDirectory),
    runtime: read(VARIABLES.runtime) ?? 'auto',
    python: readPythonConfiguration(environment),
    logLevel: read(VARIABLES.logLevel),
    environment,
  };
}

function readThreads(environment: Environment): number | undefined {
  const threads = readVariable(environment, VARIABLES.threads);
  return threads === 'auto' ? availableParallelism() : threads;
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE naming the variable and what it accepts */
export function readPythonConfiguration(environment: Environment): PythonConfiguration {
  const read = <T>(variable: Variable<T>): T | undefined => readVariable(environment, variable);
  return {
    executable: read(VARIABLES.python),
    trust: read(VARIABLES.pythonTrust) ?? [],
    isNetworkAllowed: read(VARIABLES.pythonNetwork) === 'allow',
    passedVariables: read(VARIABLES.pythonEnvironment) ?? [],
    memoryBytes: read(VARIABLES.pythonMemoryBytes),
    startTimeoutMs: read(VARIABLES.pythonStartTimeoutMs) ?? 120_000,
    environmentManager: read(VARIABLES.environmentManager),
    arePicklesAllowed: read(VARIABLES.allowPickle) ?? true,
  };
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE as `readConfiguration`, and when no model is named */
export function readServedConfiguration(environment: Environment): ServedConfiguration {
  const configuration = readConfiguration(environment);
  const { modelUri } = configuration;
  if (modelUri !== undefined) return { ...configuration, modelUri };
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `no model is named: set ${VARIABLES.modelUri.name} (on the command line: -m) to models:/<name>@<alias>`,
  );
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE naming the variable and what it accepts */
export function readVariable<T>(environment: Environment, variable: Variable<T>): T | undefined {
  const text = environment[variable.name];
  if (text === undefined || text.trim() === '') return undefined;
  const value = variable.parse(text);
  if (value !== undefined) return value;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    variable.isPrivate
      ? `${variable.name}: expected ${variable.accepts}`
      : `${variable.name} is "${text.slice(0, 80)}": expected ${variable.accepts}`,
  );
}
