import { describe, expect, it } from 'vitest';
import type { EndpointFileInput } from '../../src/config/endpoint-schema.ts';
import { synthesize } from './synth.ts';

/** The id of the only resource of a type; CloudFormation makes a new one when it changes. */
function idOf(type: string, wish: Partial<EndpointFileInput>): string {
  const file = { name: 'wine', model: 'models:/wine@champion', auth: 'none', ...wish } as const;
  const [id, ...others] = Object.keys(synthesize(file).findResources(type));
  if (id === undefined || others.length > 0) throw new Error(`expected one ${type}`);
  return id;
}

const POOL = 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_';
const FUNCTION = 'arn:aws:lambda:eu-central-1:123456789012:function:';
const JWT = { issuer: 'https://login.example.com/', audience: 'wine' };

describe('a deployment of the API is made anew', () => {
  const deployed = (wish: Partial<EndpointFileInput>) => idOf('AWS::ApiGateway::Deployment', wish);

  it.each<{ change: string; before: EndpointFileInput['auth']; after: EndpointFileInput['auth'] }>([
    {
      change: 'another user pool',
      before: { cognito: { userPoolArn: `${POOL}AbCdEfGhI` } },
      after: { cognito: { userPoolArn: `${POOL}JkLmNoPqR` } },
    },
    {
      change: 'another authorizer',
      before: { lambda: { functionArn: `${FUNCTION}a` } },
      after: { lambda: { functionArn: `${FUNCTION}b` } },
    },
    {
      change: 'another header to look at',
      before: { lambda: { functionArn: `${FUNCTION}a` } },
      after: { lambda: { functionArn: `${FUNCTION}a`, identityHeader: 'X-Caller' } },
    },
    {
      change: 'tokens that are believed for less time',
      before: { jwt: JWT },
      after: { jwt: { ...JWT, cacheSeconds: 0 } },
    },
    { change: 'an API key', before: { iam: true }, after: { iam: true, apiKey: true } },
    {
      change: 'those who may call',
      before: { iam: { allowedPrincipals: ['arn:aws:iam::123456789012:role/a'] } },
      after: { iam: { allowedPrincipals: ['arn:aws:iam::123456789012:role/b'] } },
    },
  ])('for $change', ({ before, after }) => {
    expect(deployed({ auth: before })).not.toBe(deployed({ auth: after }));
  });

  it('but not for what needs none', () => {
    const quota = { requests: 10, per: 'day' } as const;

    const ids = [{ apiKey: true }, { apiKey: { quota } }].map((auth) =>
      deployed({ auth: auth as EndpointFileInput['auth'] }),
    );

    expect(ids[0]).toBe(ids[1]);
  });
});

describe('an API key', () => {
  it('stays when the stage gets another name', () => {
    const auth = { apiKey: true } as const;

    const ids = ['v1', 'v2'].map((stage) =>
      idOf('AWS::ApiGateway::ApiKey', { auth, api: { stage } }),
    );

    expect(ids[0]).toBe(ids[1]);
  });
});

describe('a version of the function', () => {
  const versioned = (wish: Partial<EndpointFileInput>) => idOf('AWS::Lambda::Version', wish);
  const before = versioned({});

  it('is made anew when the function would answer otherwise', () => {
    expect(versioned({ limits: { maxRows: 10 } })).not.toBe(before);
    expect(versioned({ lambda: { memoryMiB: 3000 } })).not.toBe(before);
  });

  it.each<Partial<EndpointFileInput>>([
    { tags: { team: 'data-science' } },
    { lambda: { reservedConcurrency: 20 } },
    { lambda: { provisionedConcurrency: { min: 1, max: 5 } } },
    { api: { throttle: { requestsPerSecond: 1, burst: 1 } } },
  ])('stays for $0: Lambda refuses a second one of the same', (wish) => {
    expect(versioned(wish)).toBe(before);
  });
});
