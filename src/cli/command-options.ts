import {
  type Environment,
  readServedConfiguration,
  type ServedConfiguration,
} from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';
import { ServingError } from '../errors.ts';
import { UsageError } from './failure.ts';

/** Options that every command has. */
export interface ModelOptions extends PythonOptions {
  readonly modelUri?: string;
  readonly registryUri?: string;
}

/** Options of commands that may run a model's own code. */
export interface PythonOptions {
  readonly runtime?: string;
  readonly envManager?: string;
  readonly trust?: readonly string[];
}

/**
 * The configuration, with the command line's word over the environment's.
 *
 * @param defaults for variables that are not set
 * @throws {UsageError} for a variable that is wrong, or when no model is named
 */
export function commandConfiguration(
  options: ModelOptions,
  defaults: Environment = {},
): ServedConfiguration {
  const { modelUri, registryUri } = options;
  const set = Object.entries(process.env).filter(([, value]) => value?.trim());
  const environment: Environment = { ...defaults, ...Object.fromEntries(set) };
  try {
    return readServedConfiguration({
      ...environment,
      ...pythonVariables(options, environment),
      ...(modelUri !== undefined && { [VARIABLES.modelUri.name]: modelUri }),
      ...(registryUri !== undefined && { MLFLOW_REGISTRY_URI: registryUri }),
    });
  } catch (cause) {
    throw cause instanceof ServingError ? new UsageError(cause.message, { cause }) : cause;
  }
}

/** What is trusted on the command line is trusted, too; the rest wins over the environment. */
function pythonVariables(
  { runtime, envManager, trust }: PythonOptions,
  environment: Environment,
): Environment {
  const trusted = [environment[VARIABLES.pythonTrust.name] ?? [], trust ?? []].flat();
  return {
    ...(runtime !== undefined && { [VARIABLES.runtime.name]: runtime }),
    ...(envManager !== undefined && { [VARIABLES.environmentManager.name]: envManager }),
    ...(trusted.length > 0 && { [VARIABLES.pythonTrust.name]: trusted.join(',') }),
  };
}
