import type { IncomingMessage } from 'node:http';
import { type FakeServer, startServer } from './fake-mlflow-server.ts';

/** What a call answers: a status and its JSON, or text that is none. */
export interface AwsAnswer {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AwsRequest {
  readonly target: string;
  readonly json: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
}

export interface FakeAws extends FakeServer {
  readonly requests: readonly AwsRequest[];
  /** Variables that lead there, with keys that fit nothing real. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A server in the place of Secrets Manager and SSM, for the faults that a real one shows to nobody on demand. */
export async function startFakeAws(answer: (request: AwsRequest) => AwsAnswer): Promise<FakeAws> {
  const requests: AwsRequest[] = [];
  const server = await startServer((request, response, body) => {
    const call = {
      target: String(request.headers['x-amz-target']),
      json: JSON.parse(body),
      headers: request.headers,
    };
    requests.push(call);
    const { status = 200, json, text = JSON.stringify(json ?? {}), headers = {} } = answer(call);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...headers });
    response.end(text);
  });
  return {
    ...server,
    requests,
    environment: {
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: server.url,
    },
  };
}

/** How Secrets Manager and SSM say no. */
export const refusal = (type: string, status = 400, message = 'as AWS says it'): AwsAnswer => ({
  status,
  json: { __type: type, message },
});
