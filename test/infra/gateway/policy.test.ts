import { describe, expect, it } from 'vitest';
import { evaluatePolicy, type PolicyDocument } from './policy.ts';

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/POST/invocations';
const ROLE = 'arn:aws:iam::123456789012:role/caller';

const policy = (
  Effect: 'Allow' | 'Deny',
  Resource: string,
  more: object = {},
): PolicyDocument['Statement'] => ({ Effect, Action: 'execute-api:Invoke', Resource, ...more });

describe('a policy before the local gateway', () => {
  it.each([
    { name: 'the very method', resource: ARN, verdict: 'Allow' },
    { name: 'the whole stage', resource: ARN.replace('POST/invocations', '*'), verdict: 'Allow' },
    { name: 'this API, wherever it is', resource: 'execute-api:/*', verdict: 'Allow' },
    { name: 'another method', resource: ARN.replace('POST', 'GET'), verdict: undefined },
    { name: 'another API', resource: ARN.replace('a1b2c3d4e5', 'other'), verdict: undefined },
  ])('speaks of $name', ({ resource, verdict }) => {
    expect(evaluatePolicy({ Statement: policy('Allow', resource) }, ARN)).toBe(verdict);
  });

  it('refuses when one statement denies, whatever others allow', () => {
    const statements = [policy('Allow', '*'), policy('Deny', ARN)].flat();

    expect(evaluatePolicy({ Statement: statements }, ARN)).toBe('Deny');
  });

  it('knows a role, its account, and nobody else', () => {
    const of = (principal: string): PolicyDocument => ({
      Statement: policy('Allow', '*', { Principal: { AWS: principal } }),
    });

    expect(evaluatePolicy(of(ROLE), ARN, ROLE)).toBe('Allow');
    expect(evaluatePolicy(of('arn:aws:iam::123456789012:root'), ARN, ROLE)).toBe('Allow');
    expect(evaluatePolicy(of(`${ROLE}-other`), ARN, ROLE)).toBeUndefined();
    expect(evaluatePolicy(of('arn:aws:iam::210987654321:root'), ARN, ROLE)).toBeUndefined();
  });

  it('denies those who are not on a list', () => {
    const denial = policy('Deny', '*', {
      Principal: '*',
      Condition: { ArnNotLike: { 'aws:PrincipalArn': [ROLE] } },
    });

    expect(evaluatePolicy({ Statement: denial }, ARN, ROLE)).toBeUndefined();
    expect(evaluatePolicy({ Statement: denial }, ARN, `${ROLE}-other`)).toBe('Deny');
  });
});
