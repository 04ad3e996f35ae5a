import { ServingError } from '../errors.ts';
import type { Authorization, OutgoingRequest } from './authorization.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { readHttpSettings } from './http-settings.ts';
import { createPasswordAuthorization } from './password-authorization.ts';
import { type Environment, readBoolean } from './read-variable.ts';
import type { SecretReader } from './secret-reader.ts';
import { findSecretVariables } from './secret-variables.ts';
import { readTrackingTls } from './tracking-tls.ts';

export interface MlflowHttpClientOptions {
  /**
   * Origins (`https://host:port`) that may see the credentials, beside the tracking and the
   * registry server's.
   *
   * @default none
   */
  readonly trustedOrigins?: readonly string[];
  /**
   * Reads what `MLFLOW_TRACKING_USERNAME_SECRET`, `_PASSWORD_SECRET` and `_TOKEN_SECRET` refer to, at the first call.
   *
   * @default none - these variables are refused
   */
  readonly secrets?: SecretReader;
}

/**
 * An HTTP client that is set up by MLflow's own variables: credentials, TLS, workspace, retries,
 * time-out and redirects.
 *
 * Credentials go only to the servers named by `MLFLOW_TRACKING_URI` and `MLFLOW_REGISTRY_URI` (and
 * `trustedOrigins`): a registered location or a redirect may name any host, and must not collect them.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a variable that cannot be understood, or that is set beside its
 *   `_SECRET`; NOT_IMPLEMENTED for Python auth plugins
 */
export function createMlflowHttpClient(
  environment: Environment,
  { trustedOrigins = [], secrets }: MlflowHttpClientOptions = {},
): HttpClient {
  const servers = [environment['MLFLOW_TRACKING_URI'], environment['MLFLOW_REGISTRY_URI']]
    .map((uri) => URL.parse(uri ?? ''))
    .filter((url) => url !== null);
  const origins = new Set([...servers.map((url) => url.origin), ...trustedOrigins]);
  const authorization = createAuthorization(environment, servers, secrets);
  const workspace = environment['MLFLOW_WORKSPACE']?.trim();
  return createHttpClient({
    tls: readTrackingTls(environment),
    environment,
    ...readHttpSettings(environment),
    async headersFor(url, request) {
      if (!origins.has(url.origin)) return {};
      return {
        ...(workspace && { 'x-mlflow-workspace': workspace }),
        ...(await authorization.headersFor(url, request)),
      };
    },
    onRefused: authorization.forget,
    renewsCredentials: authorization.isRenewable === true,
  });
}

/** A signature replaces user, password and token, as in MLflow. */
function createAuthorization(
  environment: Environment,
  servers: readonly URL[],
  secrets: SecretReader | undefined,
): Authorization {
  if (readBoolean(environment, 'MLFLOW_TRACKING_AWS_SIGV4', false)) {
    return createSigV4Lazily(environment);
  }
  if (environment['MLFLOW_TRACKING_AUTH']) {
    throw new ServingError(
      'NOT_IMPLEMENTED',
      'MLFLOW_TRACKING_AUTH names a Python plugin, which cannot run here; use basic authentication, a token or MLFLOW_TRACKING_AWS_SIGV4',
    );
  }
  return createPasswordAuthorization(
    environment,
    servers,
    findSecretVariables(environment, secrets),
  );
}

/** Servers without it must not wait for its code. */
function createSigV4Lazily(environment: Environment): Authorization {
  let made: Authorization | undefined;
  return {
    async headersFor(url: URL, request: OutgoingRequest) {
      const { createSigV4Authorization } = await import('./sigv4-authorization.ts');
      made ??= createSigV4Authorization(environment);
      return made.headersFor(url, request);
    },
    forget: () => made?.forget(),
  };
}
