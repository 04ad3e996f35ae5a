import { ServingError } from '../errors.ts';
import { createCredentialSource } from './aws-credentials.ts';
import { awsDomain, findRegion } from './aws-region.ts';
import { createHttpClient } from './http-client.ts';
import type { Environment } from './read-variable.ts';
import { sha256, signV4 } from './sign-v4.ts';

/** Hands `payload` to a Lambda function, which will work on it later. */
export type InvokeLater = (payload: unknown, options?: { signal?: AbortSignal }) => Promise<void>;

/** One call with its retries; ms. Somebody waits for it. */
const TIMEOUT_MS = 10_000;

/**
 * Invoke a Lambda function asynchronously: Lambda answers when it has the payload, and repeats the
 * invocation when the function fails.
 *
 * `AWS_ENDPOINT_URL_LAMBDA` (or `AWS_ENDPOINT_URL`) takes the place of AWS's own endpoint.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE without `AWS_REGION`; the result rejects with TEMPORARILY_UNAVAILABLE
 *   when Lambda does not take the payload
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createInvokeLater(functionName: string, environment: Environment): InvokeLater {
  const region = findRegion(environment);
  if (!region) {
    throw new ServingError('INVALID_PARAMETER_VALUE', 'AWS_REGION must name the region of AWS');
  }
  const credentials = createCredentialSource(environment);
  const caPath = environment['AWS_CA_BUNDLE'];
  const client = createHttpClient({
    ...(caPath && { tls: { caPath } }),
    environment,
    timeoutMs: TIMEOUT_MS,
    maxRedirects: 0,
    onRefused: () => credentials.forget(),
    headersFor: async (url, { method, body = '' }) =>
      signV4(
        {
          method,
          url,
          headers: { 'x-amz-invocation-type': 'Event' },
          bodySha256: sha256(body),
        },
        { credentials: await credentials.get(), region, service: 'lambda', now: new Date() },
      ),
  });
  const endpoint =
    environment['AWS_ENDPOINT_URL_LAMBDA'] ||
    environment['AWS_ENDPOINT_URL'] ||
    `https://lambda.${region}.${awsDomain(region)}`;
  const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  const url = new URL(`${endpoint.replace(/\/+$/, '')}${path}`);

  return async (payload, { signal } = {}) => {
    try {
      const call = { method: 'POST', json: payload, ...(signal && { signal }) } as const;
      (await client.stream(url, call)).body.resume();
    } catch (cause) {
      signal?.throwIfAborted();
      throw new ServingError(
        'TEMPORARILY_UNAVAILABLE',
        `function ${functionName} could not hand work over to itself: its role needs lambda:InvokeFunction for that`,
        { cause },
      );
    }
  };
}
