import { createHash } from 'node:crypto';
import type { Deployment } from '../deployment.ts';
import { Refusal } from './gateway-response.ts';

interface UsagePlan {
  readonly Throttle?: Rate;
  readonly Quota?: { readonly Limit?: number };
}

interface Rate {
  readonly RateLimit?: number;
  readonly BurstLimit?: number;
}

export interface KeyIdentity {
  readonly apiKey: string;
  readonly apiKeyId: string;
}

export interface UsagePlans {
  /** The value of a key by its id, as `aws apigateway get-api-key --include-value` shows it. */
  keyValue(keyId: string): string;
  /**
   * Count one request of a key.
   *
   * @throws {Refusal} INVALID_API_KEY, THROTTLED, QUOTA_EXCEEDED
   */
  admit(value: string | undefined): KeyIdentity;
}

/** The template's API keys, with the limits of the usage plan each belongs to. */
export function createUsagePlans(deployment: Deployment, now: () => number): UsagePlans {
  const plans = deployment.all<UsagePlan>('AWS::ApiGateway::UsagePlan');
  const keyIds = [...deployment.all('AWS::ApiGateway::ApiKey').keys()];
  const memberships = [
    ...deployment
      .all<{ KeyId: string; UsagePlanId: string }>('AWS::ApiGateway::UsagePlanKey')
      .values(),
  ];
  const limits = new Map(
    memberships.map(({ KeyId: keyId, UsagePlanId: planId }) => {
      const { Throttle: throttle, Quota: quota } = plans.get(planId) as UsagePlan;
      const bucket = throttle && createTokenBucket(throttle, now);
      return [keyId, { bucket, left: quota?.Limit ?? Number.POSITIVE_INFINITY }] as const;
    }),
  );
  const keyValue = (keyId: string): string =>
    createHash('sha256').update(keyId).digest('hex').slice(0, 40);
  return {
    keyValue,
    admit: (value) => {
      const keyId = keyIds.find((id) => keyValue(id) === value);
      const limit = keyId === undefined ? undefined : limits.get(keyId);
      if (value === undefined || keyId === undefined || limit === undefined) {
        throw new Refusal('INVALID_API_KEY');
      }
      if (limit.bucket?.take() === false) throw new Refusal('THROTTLED');
      if (limit.left <= 0) throw new Refusal('QUOTA_EXCEEDED');
      limit.left -= 1;
      return { apiKey: value, apiKeyId: keyId };
    },
  };
}

/** API Gateway's token bucket: `BurstLimit` requests at once, `RateLimit` more in each second. */
export function createTokenBucket(
  {
    RateLimit: rate = Number.POSITIVE_INFINITY,
    BurstLimit: burst = Number.POSITIVE_INFINITY,
  }: Rate,
  now: () => number,
): { take(): boolean } {
  let tokens = burst;
  let filledAtMs = now();
  return {
    take: () => {
      const atMs = now();
      tokens = Math.min(burst, tokens + ((atMs - filledAtMs) / 1000) * rate);
      filledAtMs = atMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
