import { ServingError } from '../errors.ts';
import { createAgents } from '../http-client/agents.ts';
import { findRegion } from '../http-client/aws-region.ts';
import { SDK_TIMEOUTS, sdkRetries } from '../http-client/sdk-settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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
    ...sdkRetries(environment),
    requestHandler: {
      httpAgent: agents.for(new URL('http://plain')) as never,
      httpsAgent: agents.for(new URL('https://secure')) as never,
      ...SDK_TIMEOUTS,
    },
  };
}
