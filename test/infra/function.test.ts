import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesize, templateOf } from './synth.ts';

const SERVING = { Handler: 'invocations.handler' };

const environmentOf = (name: string): Record<string, unknown> => {
  const [lambda] = Object.values(
    templateOf(name).findResources('AWS::Lambda::Function', { Properties: SERVING }),
  );
  return lambda?.['Properties'].Environment.Variables;
};

describe('the serving function', () => {
  it('is the zip of the package, on the newest Node', () => {
    templateOf('auth none').hasResourceProperties('AWS::Lambda::Function', {
      ...SERVING,
      Runtime: 'nodejs24.x',
      Architectures: ['x86_64'],
      MemorySize: 1769,
      Timeout: 29,
      EphemeralStorage: { Size: 512 },
      Code: { S3Key: Match.stringLikeRegexp('\\.zip$') },
      ReservedConcurrentExecutions: Match.absent(),
      VpcConfig: Match.absent(),
      TracingConfig: Match.absent(),
    });
  });

  it('reads everything from its environment', () => {
    expect(environmentOf('auth none')).toEqual({
      MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
      MLFLOW_REGISTRY_URI: {
        'Fn::Join': ['', ['s3://', { Ref: expect.stringMatching(/^StoreBucket/) }, '/registry']],
      },
      MLFLOW_SERVERLESS_MAX_BODY_BYTES: '6291456',
      MLFLOW_SERVERLESS_MAX_ROWS: '1000000',
      MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT: '28',
      MLFLOW_SERVERLESS_REFRESH: 'poll',
      MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS: '30',
      MLFLOW_SERVERLESS_PUSH_FLOOR_SECONDS: '0.5',
      MLFLOW_SERVERLESS_LOG_LEVEL: 'info',
      MLFLOW_SERVERLESS_CACHE_DIR: '/tmp/mlflow-serverless',
      MLFLOW_SERVERLESS_CACHE_DISK_BYTES: '409MiB',
      MLFLOW_SERVERLESS_CACHE_MEMORY_BYTES: '1238MiB',
    });
  });

  it('keeps as much on disk as /tmp has room for', () => {
    templateOf('arm64').hasResourceProperties('AWS::Lambda::Function', {
      Architectures: ['arm64'],
      EphemeralStorage: { Size: 4096 },
      Environment: { Variables: { MLFLOW_SERVERLESS_CACHE_DISK_BYTES: '3276MiB' } },
    });
  });

  it('waits for moved aliases when the endpoint follows by push', () => {
    expect(environmentOf('events')).toMatchObject({ MLFLOW_SERVERLESS_REFRESH: 'push' });
  });

  it('answers pages of the allowed origins', () => {
    expect(environmentOf('cors for several origins')).toMatchObject({
      MLFLOW_SERVERLESS_CORS_ORIGINS: 'https://a.example.com,https://b.example.com',
    });
  });

  it('writes JSON lines into a log group that forgets', () => {
    const template = templateOf('auth none');

    template.hasResourceProperties('AWS::Lambda::Function', {
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'DEBUG',
        LogGroup: { Ref: Match.stringLikeRegexp('^EndpointFunctionLogs') },
      },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('is described in as many characters as Lambda takes, however long the name of its model', () => {
    const model = `models:/${'wine'.repeat(64)}@champion`;

    const [lambda] = Object.values(
      synthesize({ name: 'wine', model, auth: 'none' }).findResources('AWS::Lambda::Function'),
    );

    expect(lambda?.['Properties'].Description).toMatch(/^Serves models:\/(wine){60}.{1,10}$/);
    expect(lambda?.['Properties'].Description.length).toBeLessThanOrEqual(256);
  });

  it('may read the objects of its model and nothing else', () => {
    templateOf('auth none').hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EndpointFunctionLogs'), 'Arn'] },
          },
          {
            Effect: 'Allow',
            Action: 's3:GetObject',
            Resource: {
              'Fn::Join': [
                '',
                [
                  { 'Fn::GetAtt': [Match.stringLikeRegexp('^StoreBucket'), 'Arn'] },
                  '/registry/models/wine/*',
                ],
              ],
            },
          },
          {
            Effect: 'Allow',
            Action: 's3:ListBucket',
            Condition: { StringLike: { 's3:prefix': 'registry/models/wine/*' } },
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^StoreBucket'), 'Arn'] },
          },
        ],
      },
    });
  });

  it('takes a star in a name for a star', () => {
    templateOf('a model with an odd name').hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:ListBucket',
            Condition: {
              StringLike: { 's3:prefix': 'registry/models/vin%20$' + '{*}n%C2%B0%20%7B3%7D%24/*' },
            },
          }),
        ]),
      },
    });
  });

  it('opens what the key of an existing bucket closed', () => {
    templateOf('existing bucket with a key').hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Action: 'kms:Decrypt',
            Resource:
              'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000',
          },
        ]),
      },
    });
  });

  it('runs inside a network that is named', () => {
    templateOf('vpc').hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: {
        SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        SecurityGroupIds: ['sg-0123456789abcdef0'],
      },
    });
  });

  it('is traced when that was asked for, and so is its API', () => {
    const template = templateOf('tracing');

    template.hasResourceProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
    template.hasResourceProperties('AWS::ApiGateway::Stage', { TracingEnabled: true });
  });
});

describe('warm instances', () => {
  it('belong to the alias, which API Gateway calls', () => {
    const template = templateOf('a fixed number of warm instances');

    template.hasResourceProperties('AWS::Lambda::Alias', {
      Name: 'live',
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 3 },
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      FunctionName: { Ref: Match.stringLikeRegexp('^EndpointFunctionAliaslive') },
    });
    template.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0);
  });

  it('follow the load and the clock', () => {
    const template = templateOf('warm instances');

    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 1,
      MaxCapacity: 5,
      ScalableDimension: 'lambda:function:ProvisionedConcurrency',
      ScheduledActions: [
        {
          Schedule: 'cron(0 7 ? * MON-FRI *)',
          ScalableTargetAction: { MinCapacity: 2, MaxCapacity: 10 },
        },
      ],
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 0.6,
        PredefinedMetricSpecification: {
          PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization',
        },
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 20 });
  });

  it('are not there without being asked for: they cost money while idle', () => {
    templateOf('auth none').hasResourceProperties('AWS::Lambda::Alias', {
      ProvisionedConcurrencyConfig: Match.absent(),
    });
  });
});
