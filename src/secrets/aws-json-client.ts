import type { IncomingMessage } from 'node:http';
import pRetry from 'p-retry';
import { ServingError } from '../errors.ts';
import { createAgents } from '../http-client/agents.ts';
import { attemptRequest } from '../http-client/attempt.ts';
import type { CredentialSource } from '../http-client/aws-credentials.ts';
import { awsDomain } from '../http-client/aws-region.ts';
import { HttpProblem } from '../http-client/http-problem.ts';
import { type Environment, readBoolean } from '../http-client/read-variable.ts';
import { retryPolicy } from '../http-client/retry-policy.ts';
import { sha256, signV4 } from '../http-client/sign-v4.ts';
import { awsProblem } from './aws-problem.ts';

export interface AwsCall {
  /** Host name and name for signatures: `secretsmanager`, `ssm`. */
  readonly service: string;
  /** `<prefix>.<action>` */
  readonly target: string;
  readonly region: string;
  readonly json: unknown;
}

/** One call of an AWS service that speaks JSON. */
export interface AwsJsonClient {
  /**
   * Retries what may pass (throttling, 5xx, lost connections, expired credentials) inside one deadline.
   *
   * @throws {HttpProblem} with AWS's name of the fault as its `errorCode` when the service refused
   * @throws {ServingError} UNAUTHENTICATED when there are no AWS credentials
   */
  call(call: AwsCall): Promise<Record<string, unknown>>;
}

/** All attempts and pauses together; ms. A request is waiting. */
const TIMEOUT_MS = 12_000;
const ATTEMPT_TIMEOUT_MS = 5_000;
const RETRIES = 3;
const MAX_ANSWER_BYTES = 1024 * 1024;
const TRUST_HINT = ' (AWS_CA_BUNDLE names a PEM file of authorities to trust)';

/**
 * Signed JSON calls over the HTTP client's own parts.
 *
 * Not AWS's SDK: loading a client of it costs a cold start more than the call itself (docs/design-notes/dependencies.md).
 */
export function createAwsJsonClient(
  environment: Environment,
  credentials: CredentialSource,
): AwsJsonClient {
  const caPath = environment['AWS_CA_BUNDLE'];
  const agents = createAgents(caPath ? { caPath } : {}, environment);

  async function attempt(call: AwsCall, deadline: number): Promise<Record<string, unknown>> {
    const url = endpointOf(call, environment);
    const body = JSON.stringify(call.json);
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': call.target,
    };
    const signed = signV4(
      { method: 'POST', url, headers, bodySha256: sha256(body) },
      {
        credentials: await credentials.get(),
        region: call.region,
        service: call.service,
        now: new Date(),
      },
    );
    const timeoutMs = Math.min(ATTEMPT_TIMEOUT_MS, Math.max(1, deadline - performance.now()));
    const response = await attemptRequest({
      url,
      method: 'POST',
      headers: { ...signed, 'user-agent': 'mlflow-serverless', 'accept-encoding': 'identity' },
      body,
      agent: agents.for(url),
      timeoutMs,
      signal: undefined,
      trustHint: TRUST_HINT,
    });
    const text = await readText(response, url.host, timeoutMs);
    const answer = asObject(text);
    if (response.statusCode === 200 && answer) return answer;
    const problem = awsProblem(url.host, response, answer);
    if (problem.kind === 'unauthenticated') credentials.forget();
    throw problem;
  }

  return {
    call(call) {
      const deadline = performance.now() + TIMEOUT_MS;
      return pRetry(
        () => attempt(call, deadline),
        retryPolicy({ retries: RETRIES, deadline, signal: undefined }),
      );
    },
  };
}

/**
 * AWS's host, or the one that stands for it.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for an endpoint that is not an http(s) URL
 */
function endpointOf({ service, region }: AwsCall, environment: Environment): URL {
  const name = ENDPOINT_VARIABLES[service];
  const isIgnored = readBoolean(environment, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', false);
  const endpoint = isIgnored ? '' : (name && environment[name]) || environment['AWS_ENDPOINT_URL'];
  const url = URL.parse(endpoint || `https://${service}.${region}.${awsDomain(region)}`);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the endpoint of ${service} (${name} or AWS_ENDPOINT_URL) must be a URL that begins with http: or https:`,
  );
}

const ENDPOINT_VARIABLES: Readonly<Record<string, string>> = {
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  ssm: 'AWS_ENDPOINT_URL_SSM',
};

async function readText(
  response: IncomingMessage,
  host: string,
  timeoutMs: number,
): Promise<string> {
  const timer = setTimeout(() => response.destroy(new Error('too slow')), timeoutMs);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_ANSWER_BYTES) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new HttpProblem('unreachable', `${host} broke off its answer`, { cause, retry: 'later' });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // The caller says what was answered instead.
  }
}
