import { ServingError } from '../errors.ts';
import type { Authorization } from './authorization.ts';
import { type CredentialSource, createCredentialSource } from './aws-credentials.ts';
import { findRegion } from './aws-region.ts';
import type { Environment } from './read-variable.ts';
import { sha256, signV4 } from './sign-v4.ts';

/**
 * `MLFLOW_TRACKING_AWS_SIGV4`: sign for an API Gateway that authorizes by IAM, service `execute-api`.
 *
 * Signed are host, date, digest of the body and session token, as MLflow does it; each attempt anew, as a process may have
 * been frozen since the one before.
 *
 * @throws {ServingError} UNAUTHENTICATED without credentials, INVALID_PARAMETER_VALUE without a region; both when used
 * @see mlflow/utils/rest_utils.py, `AWSSigV4("execute-api")`
 */
export function createSigV4Authorization(
  environment: Environment,
  credentials: CredentialSource = createCredentialSource(environment),
): Authorization {
  return {
    async headersFor(url, { method, body = '' }) {
      const region = regionOfApi(url, environment);
      const bodySha256 = sha256(body);
      return signV4(
        { method, url, headers: { 'x-amz-content-sha256': bodySha256 }, bodySha256 },
        { credentials: await credentials.get(), region, service: 'execute-api', now: new Date() },
      );
    },
    forget: () => credentials.forget(),
  };
}

/**
 * The region of the API: an API Gateway's own host name says it, and knows better than a function's `AWS_REGION`, which
 * cannot be set. Else the environment's.
 */
function regionOfApi(url: URL, environment: Environment): string {
  const fromHost = /(?:^|\.)execute-api\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\./.exec(
    url.hostname,
  )?.[1];
  const region = fromHost || findRegion(environment);
  if (region) return region;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `MLFLOW_TRACKING_AWS_SIGV4 needs a region to sign for; set AWS_REGION to that of the API at ${url.host}`,
  );
}
