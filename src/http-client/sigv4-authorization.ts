import { homedir } from 'node:os';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import type { Authorization } from './authorization.ts';
import { type CredentialSource, createCredentialSource } from './aws-credentials.ts';
import { readIniSection } from './ini-section.ts';
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
      const region = findRegion(url, environment);
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
 * cannot be set. Else the variables, else the profile.
 */
function findRegion(url: URL, environment: Environment): string {
  const fromHost = /(?:^|\.)execute-api\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\./.exec(
    url.hostname,
  )?.[1];
  const region =
    fromHost ||
    environment['AWS_REGION'] ||
    environment['AWS_DEFAULT_REGION'] ||
    profileRegion(environment);
  if (region) return region;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `MLFLOW_TRACKING_AWS_SIGV4 needs a region to sign for; set AWS_REGION to that of the API at ${url.host}`,
  );
}

function profileRegion(environment: Environment): string | undefined {
  const path =
    environment['AWS_CONFIG_FILE'] || join(environment['HOME'] || homedir(), '.aws', 'config');
  const profile = environment['AWS_PROFILE'] || 'default';
  const section = profile === 'default' ? profile : `profile ${profile}`;
  return readIniSection(path, section).get('region');
}
