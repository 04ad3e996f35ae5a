import { describe, expect, it } from 'vitest';
import { createJwtAuthorizer } from '../../../src/adapters/aws/jwt-authorizer.ts';
import { ServingError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';
import type { Verdict } from '../../../src/tokens/verify-token.ts';

const ARN = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3/v1/POST/invocations';
const STAGE = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3/v1/*';

function setUp(verdict: Verdict | Error) {
  const seen: string[] = [];
  let logged = '';
  const log = createLog({ stream: { write: (text) => (logged += text) } });
  const authorize = createJwtAuthorizer(async (token) => {
    seen.push(token);
    if (verdict instanceof Error) throw verdict;
    return verdict;
  }, log);
  return { authorize, seen, logged: () => logged };
}

const policy = (effect: string) => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: STAGE }],
});
const accepted: Verdict = {
  kind: 'accepted',
  claims: { sub: 'ann', azp: 'app', scope: 'read predict' },
};

describe('createJwtAuthorizer', () => {
  it('lets a good token in, to all of the stage, and says who it is', async () => {
    const { authorize } = setUp(accepted);

    expect(await authorize({ methodArn: ARN, authorizationToken: 'Bearer a.b.c' })).toEqual({
      principalId: 'ann',
      policyDocument: policy('Allow'),
      context: { sub: 'ann', clientId: 'app', scope: 'read predict' },
    });
  });

  it.each([
    { name: 'of kind TOKEN', event: { authorizationToken: 'bearer  a.b.c ' } },
    { name: 'of kind REQUEST', event: { headers: { Host: 'x', AUTHORIZATION: 'Bearer a.b.c' } } },
  ])('finds the token of an event $name', async ({ event }) => {
    const { authorize, seen } = setUp(accepted);

    await authorize({ methodArn: ARN, ...event });

    expect(seen).toEqual(['a.b.c']);
  });

  it.each([
    { name: 'a machine without a user', claims: { client_id: 'app' }, principalId: 'app' },
    { name: 'nobody named', claims: {}, principalId: 'unknown' },
  ])('takes $name', async ({ claims, principalId }) => {
    const { authorize } = setUp({ kind: 'accepted', claims });

    const result = await authorize({ methodArn: ARN, authorizationToken: 'Bearer a.b.c' });

    expect(result.principalId).toBe(principalId);
  });

  it('denies a good token that lacks a scope, which API Gateway makes 403 of', async () => {
    const { authorize, logged } = setUp({
      kind: 'forbidden',
      claims: { sub: 'ann' },
      why: 'it lacks the scope predict',
    });

    const result = await authorize({ methodArn: ARN, authorizationToken: 'Bearer a.b.c' });

    expect(result.policyDocument).toEqual(policy('Deny'));
    expect(logged()).toContain('"why":"it lacks the scope predict"');
  });

  it.each([
    { name: 'no header', event: {} },
    { name: 'another scheme', event: { authorizationToken: 'Basic aHVudGVyMg==' } },
    { name: 'two tokens', event: { authorizationToken: 'Bearer a.b.c d.e.f' } },
    { name: 'a bad token', event: { authorizationToken: 'Bearer hunter2' } },
  ])('throws what API Gateway makes 401 of, and logs no token: $name', async ({ event }) => {
    const { authorize, logged } = setUp({ kind: 'refused', why: 'it has expired' });

    const error = await authorize({ methodArn: ARN, ...event }).catch((thrown: unknown) => thrown);

    expect((error as Error).message).toBe('Unauthorized');
    expect((error as Error).stack).toBe('Unauthorized');
    expect(logged()).toContain('caller refused');
    expect(logged()).not.toMatch(/hunter2|aHVudGVyMg|d\.e\.f/);
  });

  it('fails when the keys cannot be had, which API Gateway makes 500 of', async () => {
    const outage = new ServingError('TEMPORARILY_UNAVAILABLE', 'the keys cannot be had');
    const { authorize } = setUp(outage);

    await expect(authorize({ methodArn: ARN, authorizationToken: 'Bearer a.b.c' })).rejects.toBe(
      outage,
    );
  });
});
