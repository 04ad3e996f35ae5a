import { App, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  JwtAuthorizer,
  MlflowEndpoint,
  type MlflowEndpointProps,
  ModelStore,
  RegistryEvents,
  SecretSource,
} from '../../infra/aws/cdk.ts';
import { someCode } from './synth.ts';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'shop');
});

const createEndpoint = (props: Partial<MlflowEndpointProps> = {}): MlflowEndpoint =>
  new MlflowEndpoint(stack, 'Wine', {
    modelUri: 'models:/wine@champion',
    store: props.store ?? new ModelStore(stack, 'Models'),
    code: someCode(),
    ...props,
  });

const createRole = () =>
  new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });

/** What a role of somebody else's got. */
const statementsOf = (idPattern: RegExp) =>
  Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => idPattern.test(id))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);

describe('MlflowEndpoint', () => {
  it('takes signed requests only, when nothing is said', () => {
    createEndpoint();

    Template.fromStack(stack).allResourcesProperties('AWS::ApiGateway::Method', {
      AuthorizationType: 'AWS_IAM',
    });
  });

  it('lets a role call it, on its stage', () => {
    const endpoint = createEndpoint({ stage: 'prod' });

    endpoint.grantInvoke(createRole());

    expect(statementsOf(/^Caller/)).toEqual([
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':execute-api:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              ':',
              { Ref: expect.stringMatching(/^WineHttpApi/) },
              '/',
              { Ref: expect.stringMatching(/^WineHttpApiDeploymentStageprod/) },
              '/*/*',
            ],
          ],
        },
      },
    ]);
  });

  it.each<{ name: string; auth: MlflowEndpointProps['auth']; message: RegExp }>([
    { name: 'keys', auth: { apiKey: true }, message: /grantInvoke needs auth: \{ iam: true \}/ },
    { name: 'nothing', auth: 'none', message: /grantInvoke needs auth/ },
    {
      name: 'a list of principals',
      auth: { iam: { allowedPrincipals: ['arn:aws:iam::123456789012:root'] } },
      message: /allowedPrincipals names all who may call/,
    },
  ])('has nobody to grant to when callers are checked by $name', ({ auth, message }) => {
    const endpoint = createEndpoint({ auth });

    expect(() => endpoint.grantInvoke(createRole())).toThrow(message);
  });

  it('lets a role publish its own model', () => {
    const endpoint = createEndpoint();

    endpoint.grantPublish(createRole());

    expect(statementsOf(/^Caller/).map(({ Action }) => Action)).toEqual([
      ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
      's3:ListBucket',
    ]);
    expect(JSON.stringify(statementsOf(/^Caller/))).toContain('/registry/models/wine/*');
  });

  it('has metrics of the alias and of the API', () => {
    const endpoint = createEndpoint();

    const names = [
      endpoint.metricInvocations(),
      endpoint.metricErrors(),
      endpoint.metricDuration(),
      endpoint.metricThrottles(),
      endpoint.metricRequests(),
      endpoint.metric4xx(),
      endpoint.metric5xx(),
      endpoint.metricLatency({ statistic: 'p99', period: Duration.minutes(1) }),
    ].map(({ namespace, metricName, statistic }) => `${namespace} ${metricName} ${statistic}`);

    expect(names).toEqual([
      'AWS/Lambda Invocations Sum',
      'AWS/Lambda Errors Sum',
      'AWS/Lambda Duration Average',
      'AWS/Lambda Throttles Sum',
      'AWS/ApiGateway Count SampleCount',
      'AWS/ApiGateway 4XXError Sum',
      'AWS/ApiGateway 5XXError Sum',
      'AWS/ApiGateway Latency p99',
    ]);
  });

  it.each<{ name: string; props: Partial<MlflowEndpointProps>; message: RegExp }>([
    { name: 'no check at all', props: { auth: {} }, message: /write auth: 'none'/ },
    {
      name: 'two authorizers',
      props: { auth: { iam: true, jwt: { issuer: 'https://i', audience: ['a'] } } },
      message: /at most one of iam, cognito, jwt, lambda, got iam and jwt/,
    },
    { name: 'a file as the model', props: { modelUri: 's3://b/m' }, message: /registered model/ },
    {
      name: 'a request that outlives the function',
      props: { timeout: Duration.seconds(10) },
      message: /must not be longer than the timeout of 10 s, got 28 s/,
    },
    {
      name: 'fewer warm instances at most than at least',
      props: { provisionedConcurrency: { min: 3, max: 2 } },
      message: /min must not be above max, got 3 and 2/,
    },
    {
      name: 'more warm instances than may run',
      props: { provisionedConcurrency: { min: 3 }, reservedConcurrency: 2 },
      message: /must not be above reservedConcurrency, got 3 and 2/,
    },
  ])('refuses $name', ({ props, message }) => {
    expect(() => createEndpoint(props)).toThrow(message);
  });

  it('stands beside another one in a stack', () => {
    const store = new ModelStore(stack, 'Models');
    for (const name of ['red', 'white']) {
      new MlflowEndpoint(stack, name, {
        modelUri: `models:/${name}@champion`,
        store,
        code: someCode(),
      });
    }

    const template = Template.fromStack(stack);

    template.resourceCountIs('AWS::ApiGateway::RestApi', 2);
    template.resourceCountIs('AWS::ApiGateway::Account', 1);
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { Name: 'shop-red' });
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { Name: 'shop-white' });
  });
});

describe('ModelStore', () => {
  it('lets a role with a key read and publish through it', () => {
    const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true });
    const store = new ModelStore(stack, 'Models', { encryptionKey });

    store.grantPublish(createRole());

    expect(statementsOf(/^Caller/)).toContainEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
    });
  });

  it('is the whole bucket with an empty prefix', () => {
    const bucket = Bucket.fromBucketName(stack, 'Old', 'old-models');
    const store = ModelStore.fromBucket(stack, 'Models', bucket, { prefix: '' });

    store.grantRead(createRole());

    expect(store.registryUri).toBe('s3://old-models');
    expect(JSON.stringify(statementsOf(/^Caller/))).toContain(':s3:::old-models/models/*');
  });

  it.each(['/registry', 'registry/', 'a//b', 'a b'])('refuses the prefix "%s"', (prefix) => {
    expect(() => new ModelStore(stack, 'Models', { prefix })).toThrow(/prefix must be folders/);
  });

  it('writes who read what where it is told to', () => {
    new ModelStore(stack, 'Models', {
      serverAccessLogsBucket: new Bucket(stack, 'Logs'),
      removalPolicy: RemovalPolicy.RETAIN,
    });

    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: { DestinationBucketName: { Ref: Match.stringLikeRegexp('^Logs') } },
    });
  });
});

describe('RegistryEvents', () => {
  const createEvents = (modelUri?: string) =>
    new RegistryEvents(stack, 'Follow', {
      store: new ModelStore(stack, 'Models'),
      registry: {
        uri: 'https://mlflow.example.com',
        token: SecretSource.fromSecret(new Secret(stack, 'Token')),
      },
      webhookSecret: SecretSource.fromParameter(
        StringParameter.fromSecureStringParameterAttributes(stack, 'Webhook', {
          parameterName: 'webhook',
        }),
      ),
      modelUri,
      memory: Size.gibibytes(3),
      code: someCode(),
    });

  it('follows every model of a server when none is named', () => {
    createEvents();

    expect(JSON.stringify(statementsOf(/^FollowFunctionRole/))).toContain('/registry/models/*');
  });

  it('reads exactly the secrets it was given', () => {
    createEvents('models:/wine@champion');

    const reads = statementsOf(/^FollowFunctionRole/).filter(({ Action }) =>
      ['secretsmanager:GetSecretValue', 'ssm:GetParameter'].includes(Action),
    );

    expect(reads).toEqual([
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        Resource: { 'Fn::Join': ['', expect.arrayContaining([':parameter/webhook'])] },
      },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: { Ref: expect.stringMatching(/^Token/) },
      },
    ]);
  });

  it('refuses to sign requests to an address that does not say which API it is', () => {
    const build = () =>
      new RegistryEvents(stack, 'Follow', {
        store: new ModelStore(stack, 'Models'),
        registry: { uri: 'https://mlflow.example.com', awsSigV4: true },
        webhookSecret: SecretSource.fromSecret(new Secret(stack, 'Webhook')),
        code: someCode(),
      });

    expect(build).toThrow(/awsSigV4 needs an address such as https:\/\/<id>\.execute-api/);
  });

  it.each([
    {
      name: 'a password in the address, which the template would show',
      registry: { uri: 'https://me:p@ss@mlflow.example.com' },
      says: /^registry\.uri holds a user or a password; keep them in a secret(?!.*p@ss)/,
    },
    {
      name: 'a folder that no key begins with',
      registry: { uri: 'https://mlflow.example.com', prefix: 'mlflow/' },
      says: /^registry\.artifacts\.prefix must have no slash at its ends, got "mlflow\/"/,
    },
  ])('refuses $name', ({ registry: { uri, prefix }, says }) => {
    const artifacts = prefix && { bucket: new Bucket(stack, 'Artifacts'), prefix };
    const build = () =>
      new RegistryEvents(stack, 'Follow', {
        store: new ModelStore(stack, 'Models'),
        registry: { uri, ...(artifacts && { artifacts }) },
        webhookSecret: SecretSource.fromSecret(new Secret(stack, 'Webhook')),
        code: someCode(),
      });

    expect(build).toThrow(says);
  });
});

describe('cdk-nag over somebody’s own app', () => {
  it('finds nothing in our constructs, in a stack with other names', () => {
    const store = new ModelStore(stack, 'Models', {
      encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
    });
    const endpoint = createEndpoint({ store });
    const caller = createRole();
    endpoint.grantPublish(caller);
    endpoint.grantInvoke(caller);

    const findings = [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap(
      (pack) => pack.validateScope(stack).violations,
    );

    expect(findings).toEqual([]);
  });
});

describe('JwtAuthorizer', () => {
  it('guards a REST API of somebody’s own', () => {
    const { authorizer } = new JwtAuthorizer(stack, 'Tokens', {
      issuer: 'https://login.example.com/',
      audience: ['shop'],
      code: someCode(),
    });
    const api = new RestApi(stack, 'Shop');
    api.root.addMethod('GET', undefined, { authorizer });

    Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Method', {
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: Match.stringLikeRegexp('^TokensAuthorizer') },
    });
  });
});
