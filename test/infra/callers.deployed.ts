import { AwsV4Signer } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createKey,
  makeToken,
  startTokenIssuer,
  type TokenIssuer,
} from '../helpers/token-issuer.ts';
import type { DeployedEndpoint } from './deployed-endpoint.ts';
import { call, type Reply } from './https-call.ts';
import { REGION } from './resolve-intrinsics.ts';
import {
  ask,
  BODY,
  expectAnswer,
  expectError,
  JSON_TYPE,
  keyOf,
  useWineCloud,
} from './wine-requests.ts';

/** Every kind of caller, at an endpoint that the template describes: who is answered, who is refused, and how. */
const wineCloud = useWineCloud();

describe('an endpoint with IAM', () => {
  const role = 'arn:aws:iam::123456789012:role/caller';
  const caller = { accessKeyId: 'AKIACALLER', secretAccessKey: 'caller-secret', arn: role };
  const stranger = { ...caller, accessKeyId: 'AKIASTRANGER', arn: `${role}-other` };
  let endpoint: DeployedEndpoint;

  beforeAll(async () => {
    endpoint = await wineCloud().deploy(
      { auth: { iam: { allowedPrincipals: [role] } } },
      { principals: [caller, stranger] },
    );
  });

  const signed = async (who: typeof caller, body = BODY): Promise<Record<string, string>> => {
    const { headers } = await new AwsV4Signer({
      ...who,
      service: 'execute-api',
      region: REGION,
      method: 'POST',
      url: `${endpoint.url}/invocations`,
      body,
      headers: JSON_TYPE,
    }).sign();
    return Object.fromEntries(headers);
  };

  it('answers a signed request', async () => {
    const reply = await ask(endpoint, await signed(caller));

    expectAnswer(reply);
  });

  it('refuses what is unsigned, signed wrongly, or changed after it was signed', async () => {
    const wrong = await signed({ ...caller, secretAccessKey: 'guessed' });
    const headers = await signed(caller);

    expectError(await ask(endpoint), 401, 'UNAUTHENTICATED');
    expectError(await ask(endpoint, wrong), 403, 'PERMISSION_DENIED');
    expectError(await ask(endpoint, headers, '{"inputs": [1]}'), 403, 'PERMISSION_DENIED');
  });

  it('refuses a caller who is not on the list', async () => {
    expectError(await ask(endpoint, await signed(stranger)), 403, 'PERMISSION_DENIED');
  });
});

describe('an endpoint with tokens of an OpenID Connect issuer', () => {
  const key = createKey('one');
  let issuer: TokenIssuer;
  let endpoint: DeployedEndpoint;

  beforeAll(async () => {
    issuer = await startTokenIssuer([key]);
    endpoint = await wineCloud().deploy({
      auth: { jwt: { issuer: issuer.issuer, audience: 'wine', scopes: ['predict'] } },
    });
  });
  afterAll(() => issuer?.close());

  const bearer = (claims: Record<string, unknown> = {}, signer = key): Record<string, string> => {
    const exp = Math.floor(Date.now() / 1000) + 300;
    const all = { iss: issuer.issuer, aud: 'wine', sub: 'ann', scope: 'predict', exp, ...claims };
    return { authorization: `Bearer ${makeToken(signer, all)}` };
  };

  it('answers a good token, on every path with the same', async () => {
    const headers = bearer();
    const reply = await ask(endpoint, headers);

    expectAnswer(reply);
    expect((await call(`${endpoint.url}/ping`, { headers })).status).toBe(200);
  });

  it.each([
    { name: 'none', headers: () => ({}), status: 401, code: 'UNAUTHENTICATED' },
    {
      name: 'what is no token',
      headers: () => ({ authorization: 'Bearer x' }),
      status: 401,
      code: 'UNAUTHENTICATED',
    },
    {
      name: 'an expired one',
      headers: () => bearer({ exp: 1_700_000_000 }),
      status: 401,
      code: 'UNAUTHENTICATED',
    },
    {
      name: 'one for another audience',
      headers: () => bearer({ aud: 'beer' }),
      status: 401,
      code: 'UNAUTHENTICATED',
    },
    {
      name: 'one of another key',
      headers: () => bearer({}, createKey('one')),
      status: 401,
      code: 'UNAUTHENTICATED',
    },
    {
      name: 'one without the scope',
      headers: () => bearer({ scope: 'read' }),
      status: 403,
      code: 'PERMISSION_DENIED',
    },
  ])('refuses $name', async ({ headers, status, code }) => {
    expectError(await ask(endpoint, headers()), status, code);
  });
});

describe('an endpoint with a Cognito user pool', () => {
  const key = createKey('pool');
  const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI';
  let endpoint: DeployedEndpoint;

  beforeAll(async () => {
    const userPoolArn = 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI';
    endpoint = await wineCloud().deploy(
      { auth: { cognito: { userPoolArn, scopes: ['wine/predict'] } } },
      { userPoolKey: { issuer, publicKey: key.publicKey } },
    );
  });

  const token = (claims: Record<string, unknown>): Record<string, string> => {
    const exp = Math.floor(Date.now() / 1000) + 300;
    const all = { iss: issuer, token_use: 'access', scope: 'wine/predict', exp, ...claims };
    return { authorization: makeToken(key, all) };
  };

  it('answers an access token with the scope, and no other', async () => {
    const reply = await ask(endpoint, token({}));

    expectAnswer(reply);
    expectError(await ask(endpoint), 401, 'UNAUTHENTICATED');
    expectError(await ask(endpoint, token({ scope: 'other' })), 401, 'UNAUTHENTICATED');
    expectError(await ask(endpoint, token({ exp: 1 })), 401, 'UNAUTHENTICATED');
  });
});

describe('an endpoint with an authorizer of somebody’s own, and a key', () => {
  let endpoint: DeployedEndpoint;
  const asked: unknown[] = [];

  beforeAll(async () => {
    endpoint = await wineCloud().deploy(
      {
        auth: {
          apiKey: true,
          lambda: {
            functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:my-authorizer',
            identityHeader: 'x-team',
          },
        },
      },
      {
        others: {
          'my-authorizer': async (event) => {
            asked.push(event);
            return teamPolicy(event);
          },
        },
      },
    );
  });

  it('lets in whom the authorizer lets in, who also needs the key', async () => {
    const reply = await ask(endpoint, { ...keyOf(endpoint), 'x-team': 'wine' });

    expectAnswer(reply);
    expectError(await ask(endpoint, { 'x-team': 'wine' }), 403, 'PERMISSION_DENIED');
    expectError(await ask(endpoint, { 'x-team': 'beer' }), 403, 'PERMISSION_DENIED');
    expectError(await ask(endpoint, keyOf(endpoint)), 401, 'UNAUTHENTICATED');
    expect(asked).toHaveLength(2); // one for each team: answers are remembered
  });
});

/** Somebody's own authorizer. */
function teamPolicy(event: unknown): unknown {
  const { headers, methodArn } = event as {
    headers: Record<string, string>;
    methodArn: string;
  };
  const [Effect, Resource] = [headers['x-team'] === 'wine' ? 'Allow' : 'Deny', methodArn];
  const Statement = [{ Effect, Action: 'execute-api:Invoke', Resource }];
  return { principalId: headers['x-team'], policyDocument: { Version: '2012-10-17', Statement } };
}

describe('an endpoint that lets everybody in', () => {
  it('answers, within the limit for all together', async () => {
    const endpoint = await wineCloud().deploy(
      { auth: 'none', api: { stage: 'prod', throttle: { requestsPerSecond: 1, burst: 3 } } },
      { now: () => 0 },
    );

    const replies = [];
    for (let i = 0; i < 4; i++) replies.push(await ask(endpoint));

    expect(endpoint.url).toMatch(/\/prod$/);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expectAnswer(replies[0] as Reply);
  });
});
