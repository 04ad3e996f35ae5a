import {
  type Environment,
  readServedConfiguration,
  type ServedConfiguration,
} from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';
import { ServingError } from '../errors.ts';
import { UsageError } from './failure.ts';

/** Options that every command has. */
export interface ModelOptions {
  readonly modelUri?: string;
  readonly registryUri?: string;
}

/**
 * The configuration, with the command line's word over the environment's.
 *
 * @param defaults for variables that are not set
 * @throws {UsageError} for a variable that is wrong, or when no model is named
 */
export function commandConfiguration(
  { modelUri, registryUri }: ModelOptions,
  defaults: Environment = {},
): ServedConfiguration {
  const set = Object.entries(process.env).filter(([, value]) => value?.trim());
  try {
    return readServedConfiguration({
      ...defaults,
      ...Object.fromEntries(set),
      ...(modelUri !== undefined && { [VARIABLES.modelUri.name]: modelUri }),
      ...(registryUri !== undefined && { MLFLOW_REGISTRY_URI: registryUri }),
    });
  } catch (cause) {
    throw cause instanceof ServingError ? new UsageError(cause.message, { cause }) : cause;
  }
}
