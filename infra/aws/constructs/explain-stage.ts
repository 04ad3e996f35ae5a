import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { acknowledge } from './acknowledge.ts';
import { skipCheckov } from './skip-checkov.ts';

/** Beside an API: what its stage has not, and why. */
export function explainStage(api: RestApi, hasTracing: boolean): void {
  skipCheckov(api.deploymentStage, {
    CKV_AWS_120: 'answers to POST are not cached; a model’s version may change at any time',
  });
  if (hasTracing) return;
  const reason = 'tracing costs money and is off by choice';
  acknowledge(api, { 'Serverless-APIGWXrayEnabled': reason });
  skipCheckov(api.deploymentStage, { CKV_AWS_73: reason });
}
