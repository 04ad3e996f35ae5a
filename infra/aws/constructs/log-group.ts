import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { skipCheckov } from './skip-checkov.ts';

/**
 * A log group that forgets, and goes with its stack.
 *
 * @param logGroupName only for one whose writer insists on a name
 */
export function createLogGroup(
  scope: Construct,
  id: string,
  retention: RetentionDays,
  logGroupName?: string,
): LogGroup {
  const group = new LogGroup(scope, id, {
    logGroupName,
    retention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  skipCheckov(group, {
    CKV_AWS_158: 'encrypted by CloudWatch itself; the lines hold no payloads and no secrets',
  });
  return group;
}
