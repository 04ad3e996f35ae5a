import { ApiKey, type IApiKey, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { ApiKeyAuth } from './endpoint-auth.ts';

/**
 * A key whose value AWS makes, so that no template ever has it, with a plan of its own.
 *
 * It belongs to the API, and to the stage by the plan alone: a renamed stage keeps it, and callers keep its value.
 */
export function addApiKey(
  api: RestApi,
  { requestsPerSecond = 50, burst = 100, quota }: ApiKeyAuth,
): IApiKey {
  const stage = api.deploymentStage;
  const key = new ApiKey(api, 'ApiKey', { description: `Key for ${api.restApiName}` });
  const plan = api.addUsagePlan('UsagePlan', {
    description: `Limits of the keys for ${api.restApiName}`,
    apiStages: [{ api, stage }],
    throttle: { rateLimit: requestsPerSecond, burstLimit: burst },
    quota: quota && { limit: quota.requests, period: quota.per },
  });
  plan.addApiKey(key);
  return key;
}
