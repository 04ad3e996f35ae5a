import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ENDPOINT_FILES } from './endpoint-files.ts';
import { synthesize, templateOf } from './synth.ts';

const FOLLOWING = { Handler: 'registry-events.handler' };

const environmentOf = (name: string): Record<string, unknown> => {
  const [lambda] = Object.values(
    templateOf(name).findResources('AWS::Lambda::Function', { Properties: FOLLOWING }),
  );
  return lambda?.['Properties'].Environment.Variables;
};

describe('the receiver of webhooks', () => {
  it('is not there without events in the file', () => {
    const template = templateOf('auth none');

    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.resourceCountIs('AWS::ApiGateway::RestApi', 1);
  });

  it('has room and time to fetch, try and copy a model', () => {
    templateOf('events').hasResourceProperties('AWS::Lambda::Function', {
      ...FOLLOWING,
      Runtime: 'nodejs24.x',
      MemorySize: 1769,
      Timeout: 900,
      EphemeralStorage: { Size: 2048 },
    });
  });

  it('does not look for secrets in Azure', () => {
    const file = ENDPOINT_FILES['events'] as (typeof ENDPOINT_FILES)[string];
    const keyVaultSecret = 'https://my-vault.vault.azure.net/secrets/webhook';
    const events = { ...file.events, webhookSecret: { keyVaultSecret } } as typeof file.events;

    expect(() => synthesize({ ...file, events })).toThrow(
      /webhook is in Azure Key Vault, .*; use secretArn or ssmParameter/,
    );
  });

  it('knows where secrets are kept, and not what they are', () => {
    expect(environmentOf('events')).toEqual({
      MLFLOW_TRACKING_URI: 'https://mlflow.example.com',
      MLFLOW_WORKSPACE: 'team-a',
      MLFLOW_TRACKING_USERNAME_SECRET:
        'secretsmanager:arn:aws:secretsmanager:eu-central-1:123456789012:secret:mlflow-AbCdEf#username',
      MLFLOW_TRACKING_PASSWORD_SECRET:
        'secretsmanager:arn:aws:secretsmanager:eu-central-1:123456789012:secret:mlflow-AbCdEf#password',
      MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: 'ssm:/mlflow/webhook-secret',
      MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
      MLFLOW_SERVERLESS_PUBLISH_TO: expect.objectContaining({ 'Fn::Join': expect.anything() }),
      MLFLOW_SERVERLESS_PUBLISH_ON: 'alias,tag',
      MLFLOW_SERVERLESS_EVENT_ALIASES: 'champion,canary',
      MLFLOW_SERVERLESS_LOG_LEVEL: 'info',
    });
  });

  it('signs its requests when the server is behind API Gateway', () => {
    expect(environmentOf('events with signed requests')).toMatchObject({
      MLFLOW_TRACKING_AWS_SIGV4: 'true',
    });
  });

  it('may write the folder of its model, and remember webhooks', () => {
    templateOf('events').hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
            Resource: {
              'Fn::Join': ['', [Match.anyValue(), '/registry/models/wine/*']],
            },
          }),
          Match.objectLike({
            Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/registry/events/*']] },
          }),
        ]),
      },
    });
  });

  it('goes on in a call of its own; what fails three times is kept', () => {
    const template = templateOf('events');

    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 3600,
      DestinationConfig: {
        OnFailure: {
          Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^RegistryEventsFailures'), 'Arn'] },
        },
      },
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 1_209_600,
    });
  });

  it('compares aliases every five minutes', () => {
    templateOf('events').hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^RegistryEventsFunction'), 'Arn'] },
        }),
      ],
    });
  });

  it('has an API of its own, with one path and few requests a second', () => {
    const template = templateOf('events');

    template.hasResourceProperties('AWS::ApiGateway::Resource', { PathPart: 'registry-events' });
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      RestApiId: { Ref: Match.stringLikeRegexp('^RegistryEventsApi') },
      MethodSettings: [
        Match.objectLike({ ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20, HttpMethod: '*' }),
      ],
    });
    template.hasOutput('WebhookUrl', {
      Value: { 'Fn::Join': ['', Match.arrayWith(['/registry-events'])] },
    });
  });
});
