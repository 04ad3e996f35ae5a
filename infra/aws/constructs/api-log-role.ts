import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

const ID = 'ApiGatewayLogs';

/**
 * The role in which API Gateway writes logs: one setting of an account and region, so one in a stack.
 *
 * It outlives the stack. Other APIs of the account write their logs with it, too, and a setting that names a role
 * which is gone would silence them.
 */
export class ApiLogRole extends Construct {
  /** Stages with logs depend on it. */
  static of(scope: Construct): ApiLogRole {
    const stack = Stack.of(scope);
    return (stack.node.tryFindChild(ID) as ApiLogRole | undefined) ?? new ApiLogRole(stack, ID);
  }

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      description: 'Lets API Gateway write logs, for every API of this account and region',
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs'),
      ],
    });
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledge(role, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'API Gateway takes no role for its logs that may do less',
    });
  }
}
