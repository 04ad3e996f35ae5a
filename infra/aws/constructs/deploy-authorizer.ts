import type { CfnAuthorizer, IAuthorizer, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';

/**
 * Have a changed authorizer deployed, too.
 *
 * A stage goes on with the authorizer that its deployment was made with: another user pool, function or time to live would
 * be in the template, and not in force. CDK makes a new deployment of it only behind a feature flag, which apps of others
 * may not have: @aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/updating-api.html
 * @see https://github.com/aws/aws-cdk/issues/16554
 */
export function deployAuthorizer(api: RestApi, authorizer: IAuthorizer | undefined): void {
  if (!Construct.isConstruct(authorizer)) return;
  const settings = authorizer.node.defaultChild as CfnAuthorizer;
  const { type, authorizerUri, authorizerCredentials, authorizerResultTtlInSeconds } = settings;
  const { identitySource, identityValidationExpression, providerArns } = settings;
  api.latestDeployment?.addToLogicalId({
    authorizer: { type, authorizerUri, authorizerCredentials, authorizerResultTtlInSeconds },
    identity: { identitySource, identityValidationExpression, providerArns },
  });
}
