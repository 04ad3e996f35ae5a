import type { EndpointFileInput } from '../../src/config/endpoint-schema.ts';

type Wish = Omit<EndpointFileInput, 'name' | 'model'>;

const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:mlflow-AbCdEf';

/** Every way to check callers, alone and with an API key. */
export const AUTH_MODES: Record<string, EndpointFileInput['auth']> = {
  none: 'none',
  apiKey: { apiKey: true },
  'apiKey with quota': {
    apiKey: { requestsPerSecond: 5, burst: 7, quota: { requests: 1000, per: 'month' } },
  },
  iam: { iam: true },
  'iam with allowedPrincipals': {
    iam: {
      allowedPrincipals: [
        'arn:aws:iam::123456789012:role/path/caller',
        'arn:aws:iam::210987654321:root',
        'arn:aws:sts::123456789012:assumed-role/deploy/session',
      ],
    },
  },
  cognito: {
    cognito: {
      userPoolArn: 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI',
    },
  },
  'cognito with scopes': {
    cognito: {
      userPoolArn: 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI',
      scopes: ['wine/predict'],
    },
  },
  jwt: {
    jwt: {
      issuer: 'https://login.example.com/',
      audience: ['wine', 'beer'],
      scopes: ['predict', 'explain'],
      jwksUri: 'https://login.example.com/keys',
      cacheSeconds: 60,
    },
  },
  lambda: {
    lambda: {
      functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:my-authorizer',
      identityHeader: 'X-Caller',
      cacheSeconds: 0,
    },
  },
};

const withApiKey = Object.entries(AUTH_MODES).flatMap(([name, auth]) =>
  auth === 'none' || auth.apiKey !== undefined
    ? []
    : [[`${name} and apiKey`, { ...auth, apiKey: true as const }] as const],
);

/** Every option by itself, and all that go together. */
const OPTIONS: Record<string, Wish> = {
  'existing bucket': { auth: 'none', store: { bucket: 'my-models', prefix: 'a/b' } },
  'store with a key': {
    auth: 'none',
    store: {
      kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000',
      noncurrentDays: 7,
    },
  },
  'existing bucket with a key': {
    auth: 'none',
    store: {
      bucket: 'my-models',
      kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000',
    },
  },
  'store to delete': { auth: 'none', store: { onDestroy: 'delete' } },
  vpc: {
    auth: 'none',
    lambda: {
      vpc: {
        vpcId: 'vpc-0123456789abcdef0',
        subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        securityGroupIds: ['sg-0123456789abcdef0'],
      },
    },
  },
  tracing: { auth: { iam: true }, lambda: { tracing: true } },
  'warm instances': {
    auth: 'none',
    lambda: {
      reservedConcurrency: 20,
      provisionedConcurrency: {
        min: 1,
        max: 5,
        targetUtilization: 0.6,
        schedules: [{ cron: '0 7 ? * MON-FRI *', min: 2, max: 10 }],
      },
    },
  },
  'a fixed number of warm instances': {
    auth: 'none',
    lambda: { provisionedConcurrency: { min: 3, max: 3 } },
  },
  arm64: { auth: 'none', lambda: { architecture: 'arm64', ephemeralStorageMiB: 4096 } },
  waf: { auth: 'none', api: { waf: { requestsPer5MinutesPerIp: 500 } } },
  'waf without managed rules': {
    auth: 'none',
    api: { waf: { managedRules: false, requestsPer5MinutesPerIp: 10 } },
  },
  cors: {
    auth: { apiKey: true },
    api: { cors: { origins: ['https://app.example.com'], headers: ['x-request-id'] } },
  },
  'cors for several origins': {
    auth: 'none',
    api: { cors: { origins: ['https://a.example.com', 'https://b.example.com'] } },
  },
  'cors for the listed and signed': {
    auth: { iam: { allowedPrincipals: ['arn:aws:iam::210987654321:root'] } },
    api: { stage: 'beta', cors: { origins: ['https://app.example.com'] } },
  },
  'cors for an authorizer of its own': {
    auth: {
      lambda: {
        functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:my-authorizer:live',
        identityHeader: 'X-Caller',
      },
    },
    api: { cors: { origins: ['https://app.example.com'] } },
  },
  'no access logs': { auth: 'none', api: { accessLogs: false } },
  throttle: { auth: 'none', api: { throttle: { requestsPerSecond: 200, burst: 400 } } },
  domain: {
    auth: { iam: true },
    api: {
      domain: {
        name: 'wine.example.com',
        certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0000-1111',
        hostedZoneId: 'Z0123456789ABCDEFGHIJ',
        mutualTls: { truststoreUri: 's3://trust/ca/store.pem', truststoreVersion: 'abc' },
      },
    },
  },
  'domain without a zone': {
    auth: { apiKey: true },
    api: {
      domain: {
        name: 'wine.example.com',
        certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0000-1111',
      },
    },
  },
  events: {
    auth: 'none',
    registry: {
      uri: 'https://mlflow.example.com',
      username: { secretArn: SECRET, key: 'username' },
      password: { secretArn: SECRET, key: 'password' },
      workspace: 'team-a',
    },
    events: {
      webhookSecret: { ssmParameter: '/mlflow/webhook-secret' },
      publishOn: ['alias', 'tag'],
      aliases: ['champion', 'canary'],
    },
    refresh: { mode: 'push' },
  },
  'events with a token': {
    auth: 'none',
    registry: {
      uri: 'https://mlflow.example.com',
      token: {
        secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:mlflow/token',
      },
      artifacts: 's3://mlflow-artifacts/models/',
    },
    events: { webhookSecret: { secretArn: SECRET } },
  },
  'events with signed requests': {
    auth: 'none',
    registry: {
      uri: 'https://abc123.execute-api.eu-central-1.amazonaws.com/prod',
      awsSigV4: true,
    },
    events: { webhookSecret: { ssmParameter: '/mlflow/webhook-secret' } },
    store: {
      kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000',
    },
  },
  python: {
    auth: 'none',
    runtime: 'python',
    python: { image: 'test/infra/image', trust: ['store'], memoryMiB: 1024 },
  },
  batch: { auth: 'none', batch: { input: 's3://my-files/in', output: 's3://my-files/out' } },
  'batch with everything': {
    auth: 'none',
    lambda: { tracing: true, architecture: 'arm64', ephemeralStorageMiB: 2048 },
    batch: {
      input: 's3://my-files/a/in',
      output: 's3://my-results/out',
      inputKmsKeyArn:
        'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000001',
      outputKmsKeyArn:
        'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000002',
      notify: 's3',
      format: 'parquet',
      maxRefusedRatio: 0.01,
      maxConcurrency: 50,
      maxReceives: 3,
      distributeAboveBytes: 2 ** 28,
      rangeBytes: 2 ** 27,
      maxParallelParts: 500,
      toleratedFailureRatio: 0.05,
      alarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:alarms',
      memoryMiB: 3008,
      timeoutSeconds: 600,
    },
  },
  'batch in a vpc': {
    auth: 'none',
    lambda: {
      vpc: {
        vpcId: 'vpc-0123456789abcdef0',
        subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        securityGroupIds: ['sg-0123456789abcdef0'],
      },
    },
    batch: { input: 's3://my-files/in', output: 's3://my-files/out' },
  },
  'python with batch': {
    auth: 'none',
    runtime: 'python',
    python: { image: 'test/infra/image', trust: ['store'] },
    batch: { input: 's3://my-files/in', output: 's3://my-files/out' },
  },
  tags: { auth: 'none', tags: { team: 'data-science' } },
};

const named = (wish: Wish): EndpointFileInput => ({
  name: 'wine',
  model: 'models:/wine@champion',
  ...wish,
});

/** A name with what a policy, a URL and a template each understand in their own way. */
const ODD_MODEL: EndpointFileInput = {
  name: 'odd',
  model: 'models:/vin *n° {3}$@champion',
  auth: 'none',
};

/** Name → endpoint file: what the tests of templates go over. */
export const ENDPOINT_FILES: Record<string, EndpointFileInput> = Object.fromEntries([
  ...Object.entries(AUTH_MODES).map(([name, auth]) => [`auth ${name}`, named({ auth })]),
  ...withApiKey.map(([name, auth]) => [`auth ${name}`, named({ auth })]),
  ...Object.entries(OPTIONS).map(([name, wish]) => [name, named(wish)]),
  ['a model with an odd name', ODD_MODEL],
]);
