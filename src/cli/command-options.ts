import { readServedConfiguration, type ServedConfiguration } from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';

/** Options that every command has. */
export interface ModelOptions {
  readonly modelUri?: string;
  readonly registryUri?: string;
}

/**
 * The configuration, with the command line's word over the environment's.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a variable that is wrong, or when no model is named
 */
export function commandConfiguration({ modelUri, registryUri }: ModelOptions): ServedConfiguration {
  return readServedConfiguration({
    ...process.env,
    ...(modelUri !== undefined && { [VARIABLES.modelUri.name]: modelUri }),
    ...(registryUri !== undefined && { MLFLOW_REGISTRY_URI: registryUri }),
  });
}
