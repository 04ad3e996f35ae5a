import { readServedConfiguration, type ServedConfiguration } from '../config/environment.ts';
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
 * @throws {UsageError} for a variable that is wrong, or when no model is named
 */
export function commandConfiguration({ modelUri, registryUri }: ModelOptions): ServedConfiguration {
  try {
    return readServedConfiguration({
      ...process.env,
      ...(modelUri !== undefined && { [VARIABLES.modelUri.name]: modelUri }),
      ...(registryUri !== undefined && { MLFLOW_REGISTRY_URI: registryUri }),
    });
  } catch (cause) {
    throw cause instanceof ServingError ? new UsageError(cause.message, { cause }) : cause;
  }
}
