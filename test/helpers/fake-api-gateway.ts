import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AwsV4Signer } from 'aws4fetch';
import type { Answer } from './fake-mlflow-server.ts';
import { FAKE_KEYS } from './fake-s3-answers.ts';

/** Where the fake gateway says it is. */
export const GATEWAY_REGION = 'eu-west-1';

/** What the gateway answers instead of asking the server. */
export interface Refusal {
  readonly type: string;
  readonly message?: string;
}

/**
 * An API Gateway with IAM authorization in front of `answer`: every signature is computed again with another
 * implementation of Signature Version 4.
 *
 * @param decide may refuse a request whose signature is good; `attempt` counts from 1
 */
export function behindApiGateway(
  answer: Answer,
  decide: (attempt: number) => Refusal | undefined = () => undefined,
): Answer {
  let attempt = 0;
  return async (request, response, body) => {
    attempt += 1;
    const refusal = (await findRefusal(request, body)) ?? decide(attempt);
    if (refusal === undefined) return answer(request, response, body);
    response.writeHead(403, {
      'content-type': 'application/json',
      'x-amzn-errortype': refusal.type,
    });
    response.end(JSON.stringify({ message: refusal.message ?? 'from the fake' }));
  };
}

async function findRefusal(
  { headers, method, url }: IncomingMessage,
  body: string,
): Promise<Refusal | undefined> {
  if (headers.authorization === undefined) return { type: 'MissingAuthenticationTokenException' };
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/execute-api\/aws4_request, SignedHeaders=([^,]+), Signature=\w{64}$/.exec(
      headers.authorization,
    );
  if (given === null) return { type: 'IncompleteSignatureException' };
  const [, accessKeyId, region = '', names = ''] = given;
  if (accessKeyId !== FAKE_KEYS.accessKeyId) return { type: 'UnrecognizedClientException' };
  const signed = names.split(';').filter((name) => name !== 'host' && name !== 'x-amz-date');
  const signer = new AwsV4Signer({
    ...FAKE_KEYS,
    method: method ?? '',
    url: `http://${headers.host}${url}`,
    body,
    headers: Object.fromEntries(signed.map((name) => [name, String(headers[name])])),
    service: 'execute-api',
    region: GATEWAY_REGION,
    datetime: String(headers['x-amz-date']),
    allHeaders: true,
  });
  const isGood =
    region === GATEWAY_REGION &&
    headers['x-amz-content-sha256'] === createHash('sha256').update(body).digest('hex') &&
    (await signer.authHeader()) === headers.authorization;
  return isGood ? undefined : { type: 'InvalidSignatureException' };
}
