import { ServingError } from '../errors.ts';
import { createAgents } from '../http-client/agents.ts';
import { findRegion } from '../http-client/aws-region.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** No new connection in this time: the service is down; ms. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A long poll of SQS takes 20 s; ms. */
const IDLE_TIMEOUT_MS = 30_000;
/** Unless `AWS_MAX_ATTEMPTS` says otherwise. */
const ATTEMPTS = 5;

/**
 * What every client of AWS's SDK is made with here: region, proxies, authorities, retries. Credentials are found as the SDK does;
 * `AWS_ENDPOINT_URL_<SERVICE>` names another server.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when nothing names a region
 */
export function sdkOptions(environment: Environment) {
  const region = findRegion(environment);
  if (!region) {
    throw new ServingError('INVALID_PARAMETER_VALUE', 'AWS_REGION must name the region of AWS');
  }
  const caPath = environment['AWS_CA_BUNDLE'];
  const agents = createAgents(caPath ? { caPath } : {}, environment);
  return {
    region,
    maxAttempts: Number(environment['AWS_MAX_ATTEMPTS']) || ATTEMPTS,
    retryMode: 'standard',
    requestHandler: {
      httpAgent: agents.for(new URL('http://plain')) as never,
      httpsAgent: agents.for(new URL('https://secure')) as never,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
    },
  };
}
