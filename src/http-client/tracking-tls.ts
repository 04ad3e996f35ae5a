import { ServingError } from '../errors.ts';
import type { TlsOptions } from './agents.ts';
import { type Environment, readBoolean } from './read-variable.ts';

/**
 * How the tracking server is trusted: MLflow's variables, then those of the HTTP library below MLflow.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for two of MLflow's that exclude each other
 */
export function readTrackingTls(environment: Environment): TlsOptions {
  const insecure = readBoolean(environment, 'MLFLOW_TRACKING_INSECURE_TLS', false);
  const serverCertPath = environment['MLFLOW_TRACKING_SERVER_CERT_PATH'];
  const clientCertPath = environment['MLFLOW_TRACKING_CLIENT_CERT_PATH'];
  if (insecure && serverCertPath) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      'MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH exclude each other; unset one',
    );
  }
  const caPath =
    serverCertPath || environment['REQUESTS_CA_BUNDLE'] || environment['CURL_CA_BUNDLE'];
  return {
    insecure,
    ...(caPath && !insecure && { caPath }),
    ...(clientCertPath && { clientCertPath }),
  };
}
