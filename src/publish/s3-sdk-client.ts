import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { readS3Settings, type S3Settings } from '../artifacts/s3-settings.ts';
import { createAgents } from '../http-client/agents.ts';
import { SDK_TIMEOUTS, sdkRetries } from '../http-client/sdk-settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface S3SdkClient {
  readonly client: S3Client;
  readonly settings: S3Settings;
}

/**
 * AWS's client for S3, set up by the same variables as the reader: whoever can serve from a bucket
 * names it the same way to publish.
 *
 * @throws {ServingError} as `readS3Settings`
 */
export function createS3SdkClient(environment: Environment): S3SdkClient {
  const settings = readS3Settings(environment);
  const { endpoint, region, isInsecureTls: insecure, caPath } = settings;
  const agents = createAgents({ insecure, ...(caPath && { caPath }) }, environment);
  const isPlain = endpoint?.toLowerCase().startsWith('http:');
  const client = new S3Client({
    region,
    ...(endpoint && { endpoint }),
    forcePathStyle: settings.addressing === 'path',
    followRegionRedirects: true,
    ...sdkRetries(environment),
    requestHandler: {
      ...(isPlain
        ? { httpAgent: agents.for(new URL('http://plain')) }
        : { httpsAgent: agents.for(new URL('https://secure')) as never }),
      ...SDK_TIMEOUTS,
    },
    ...identityFrom(environment, settings),
  });
  return { client, settings };
}

/** Keys of the environment; else AWS's own provider chain. Without a signature, neither. */
function identityFrom(environment: Environment, settings: S3Settings): S3ClientConfig {
  if (!settings.isSigned) {
    const credentials = { accessKeyId: '', secretAccessKey: '' };
    return { credentials, signer: { sign: async (request) => request } };
  }
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) return {};
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } };
}
