import { afterEach, describe, expect, it } from 'vitest';
import { createInvokeLater } from '../../src/http-client/invoke-function.ts';
import { type FakeServer, startServer } from '../helpers/fake-mlflow-server.ts';

let server: FakeServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const environmentOf = ({ url }: FakeServer): Record<string, string> => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'a secret key',
  AWS_SESSION_TOKEN: 'a token',
  AWS_ENDPOINT_URL_LAMBDA: url,
});

/** Lambda as far as this call goes, answering `statuses` one after the other. */
async function startLambdaApi(...statuses: number[]): Promise<{ bodies: string[] }> {
  const bodies: string[] = [];
  server = await startServer((_request, response, body) => {
    bodies.push(body);
    response.writeHead(statuses.shift() ?? 202).end();
  });
  return { bodies };
}

describe('invoke later', () => {
  it('sends the payload as an asynchronous invocation, signed for Lambda', async () => {
    const { bodies } = await startLambdaApi();
    const invoke = createInvokeLater('my function', environmentOf(server as FakeServer));

    await invoke({ detail: 'wäin' });

    expect(server?.asked).toEqual(['POST /2015-03-31/functions/my%20function/invocations']);
    expect(bodies).toEqual(['{"detail":"wäin"}']);
    expect(server?.headers[0]).toMatchObject({
      'x-amz-invocation-type': 'Event',
      'x-amz-security-token': 'a token',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/lambda\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-invocation-type;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      ),
    });
  });

  it('tries again when Lambda is too busy', async () => {
    const { bodies } = await startLambdaApi(429, 503, 202);
    const invoke = createInvokeLater('f', environmentOf(server as FakeServer));

    await invoke({});

    expect(bodies).toHaveLength(3);
  });

  it('says what the role lacks when it is refused', async () => {
    await startLambdaApi(403);
    const invoke = createInvokeLater('f', environmentOf(server as FakeServer));

    await expect(invoke({})).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message:
        'function f could not hand work over to itself: its role needs lambda:InvokeFunction for that',
    });
  });

  it('needs a region', () => {
    expect(() => createInvokeLater('f', { HOME: '/nowhere' })).toThrow('AWS_REGION');
  });
});
