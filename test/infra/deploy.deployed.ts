import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointFileInput } from '../../src/config/endpoint-schema.ts';
import { stopServers } from '../interop/processes.ts';
import { type Cloud, type CloudContents, type RestApiThere, startCloud } from './cloud.ts';

let cloud: Cloud;
let printed: string;
let there: CloudContents;

beforeAll(async () => {
  cloud = await startCloud();
  printed = cloud.cdk('deploy');
  there = cloud.contents();
}, 600_000);

afterAll(async () => {
  await cloud?.stop();
  await stopServers();
});

const NOTHING = {
  functions: {},
  restApis: [],
  apiKeys: [],
  usagePlans: [],
  alarms: {},
  logGroups: {},
};

/** One role serves all of an account's APIs, so it stays. */
const nothingButTheLogRole = (stack: string) => {
  const [id] = cloud.retained(stack, 'AWS::IAM::Role');
  return { ...NOTHING, roles: [expect.stringMatching(`^${stack}-${id}-`)] };
};

const only = <T>(all: Record<string, T> | readonly T[]): T => {
  const values = Object.values(all) as T[];
  expect(values).toHaveLength(1);
  return values[0] as T;
};

describe('cdk deploy of endpoint.yaml', () => {
  it('asks nothing and prints where to publish and how to call', () => {
    const bucket = Object.keys(there.buckets)[0];
    const { id } = only(there.restApis);
    const url = `https://${id}.execute-api.us-east-1.amazonaws.com/v1/`;

    const outputs = cloud.outputs('wine');

    expect(outputs).toMatchObject({
      Url: url,
      ApiKeyId: only(there.apiKeys),
      RegistryUri: `s3://${bucket}/registry`,
      Publish: expect.stringContaining(`--to s3://${bucket}/registry`),
    });
    expect(outputs['Curl']).toContain(`curl ${url}invocations`);
    expect(outputs['Curl']).toContain(`get-api-key --api-key ${only(there.apiKeys)}`);
    for (const value of Object.values(outputs)) expect(printed).toContain(value);
  });

  it('synthesizes within 10 s of one processor', () => {
    // What else runs on the machine must not count.
    const report =
      "data:text/javascript,process.on('exit',()=>console.log(JSON.stringify(process.cpuUsage())))";
    const env = { ...process.env, CDK_OUTDIR: mkdtempSync(join(tmpdir(), 'cdk.out-')) };
    const { stdout } = spawnSync(process.execPath, ['--import', report, 'infra/aws/app.ts'], {
      env,
      encoding: 'utf8',
    });
    rmSync(env.CDK_OUTDIR, { recursive: true });

    const { user, system } = JSON.parse(stdout) as NodeJS.CpuUsage;
    expect((user + system) / 1e6).toBeLessThan(10);
  });

  it('makes a bucket that is private, encrypted, versioned, and refuses old TLS', () => {
    const { versioning, encryption, publicAccess, lifecycle, policy } = only(there.buckets);

    expect(versioning).toBe('Enabled');
    expect(encryption.Rules[0]?.ApplyServerSideEncryptionByDefault.SSEAlgorithm).toBe('AES256');
    expect(Object.values(publicAccess)).toEqual([true, true, true, true]);
    expect(lifecycle.map(({ ID: id }) => id)).toContain('overwritten');
    expect(policy.Statement.map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
    ]);
  });

  it('uploads the zip, and makes its function with handler, variables and a live alias', () => {
    const { CodeSize: sizeBytes, environment, aliases, ...made } = only(there.functions);

    expect(made).toMatchObject({
      Handler: 'invocations.handler',
      Runtime: 'nodejs24.x',
      Timeout: 29,
      MemorySize: 1769,
      mayBeCalledBy: ['apigateway.amazonaws.com'],
    });
    expect(sizeBytes).toBe(statSync('dist/lambda-x64.zip').size);
    expect(environment).toMatchObject({
      MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
      MLFLOW_REGISTRY_URI: cloud.outputs('wine')['RegistryUri'],
    });
    expect(aliases).toEqual({ live: '1' });
  });

  it('gives the function its log and the reading of its own model', () => {
    const { statements } = only(there.functions);
    const bucket = Object.keys(there.buckets)[0];
    const allowed = statements.flatMap(({ Action: action }) => action).sort();

    expect(allowed).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      's3:ListBucket',
    ]);
    expect(statements).toContainEqual(
      expect.objectContaining({
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${bucket}/registry/models/wine/*`,
      }),
    );
  });

  it('asks for the key on every method, and sends it to the live alias', () => {
    const { methods, stages } = only(there.restApis);
    const [functionName] = Object.keys(there.functions);

    expect(Object.keys(methods)).toEqual(
      expect.arrayContaining(['POST /invocations', 'GET /ping', 'ANY /', 'ANY /{proxy+}']),
    );
    for (const method of Object.values(methods)) {
      expect(method).toMatchObject({ keyRequired: true, integration: 'AWS_PROXY' });
      expect(method.uri).toContain(`:function:${functionName}:live/invocations`);
    }
    expect(stages).toEqual({ v1: true });
  });

  it('puts the key into a usage plan for the stage', () => {
    const { id } = only(there.restApis);

    expect(only(there.usagePlans)).toMatchObject({
      throttle: { rateLimit: 50, burstLimit: 100 },
      stages: [`${id}/v1`],
      keys: there.apiKeys,
    });
  });

  it('refuses in our error shape', () => {
    const { gatewayResponses } = only(there.restApis);

    const body = JSON.parse(gatewayResponses['INVALID_API_KEY']?.['application/json'] ?? '');

    expect(body).toMatchObject({ error_code: 'PERMISSION_DENIED' });
    expect(body.message).toContain('x-api-key');
  });

  it('keeps every log group for a while, and none for ever', () => {
    const days = Object.values(there.logGroups);

    expect(days.length).toBeGreaterThan(0);
    expect(days.filter((kept) => kept === null)).toEqual([]);
  });

  it('leaves nothing of the template out', () => {
    expect(cloud.ignored()).toEqual([]);
  });

  it('changes nothing when nothing changed', () => {
    expect(cloud.cdk('deploy')).toContain('(no changes)');
  });

  it('leaves nothing but what is to be retained when it is destroyed', () => {
    cloud.cdk('destroy', '--force');

    const { buckets, ...rest } = cloud.contents();
    expect(buckets).toEqual(there.buckets);
    expect(rest).toEqual(nothingButTheLogRole('wine'));
  });
});

describe('cdk deploy of everything together', () => {
  const file = {
    name: 'all',
    model: 'models:/wine@champion',
    auth: {
      apiKey: { requestsPerSecond: 5, burst: 7, quota: { requests: 1000, per: 'month' } },
      jwt: { issuer: 'https://login.example.com/', audience: 'wine', scopes: ['predict'] },
    },
    lambda: { provisionedConcurrency: { min: 1, max: 5 } },
    refresh: { mode: 'push' },
    api: {
      cors: { origins: ['https://app.example.com'] },
      waf: { requestsPer5MinutesPerIp: 500 },
    },
    registry: { uri: 'https://mlflow.example.com', token: { ssmParameter: '/mlflow/token' } },
    events: { webhookSecret: { ssmParameter: '/mlflow/webhook' } },
  } as const satisfies EndpointFileInput;
  let endpoint: RestApiThere | undefined;
  let webhooks: RestApiThere | undefined;
  const directory = mkdtempSync(join(tmpdir(), 'endpoint-'));
  const path = join(directory, 'endpoint.yaml');
  const context = ['-c', `endpoint=${path}`];

  beforeAll(() => {
    writeFileSync(path, JSON.stringify(file)); // JSON is YAML, too
    cloud.cdk('deploy', ...context);
    there = cloud.contents();
    endpoint = there.restApis.find(({ methods }) => 'POST /invocations' in methods);
    webhooks = there.restApis.find(({ methods }) => 'POST /registry-events' in methods);
  }, 300_000);

  afterAll(() => rmSync(directory, { recursive: true }));

  it('makes a function for each task, from its own zip and without a secret', () => {
    const functions = Object.values(there.functions);

    expect(functions.map(({ Handler: handler }) => handler).sort()).toEqual([
      'invocations.handler',
      'jwt-authorizer.handler',
      'registry-events.handler',
    ]);
    const follower = functions.find(({ Handler }) => Handler === 'registry-events.handler');
    expect(follower?.environment).toMatchObject({
      MLFLOW_TRACKING_TOKEN_SECRET: 'ssm:/mlflow/token',
      MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: 'ssm:/mlflow/webhook',
    });
  });

  it('asks callers for a token and a key, browsers before a request for neither', () => {
    const { methods, authorizers } = endpoint as RestApiThere;

    expect(authorizers).toEqual(['TOKEN']);
    expect(methods['POST /invocations']).toMatchObject({
      authorization: 'CUSTOM',
      keyRequired: true,
    });
    expect(methods['OPTIONS /invocations']).toMatchObject({
      authorization: 'NONE',
      keyRequired: false,
      integration: 'MOCK',
    });
  });

  it('takes webhooks at an address of their own', () => {
    expect(Object.keys(webhooks?.methods ?? {})).toEqual(['POST /registry-events']);
    expect(cloud.outputs('all')['WebhookUrl']).toContain(`https://${webhooks?.id}.`);
  });

  it('leaves nothing out, and nothing behind', () => {
    cloud.cdk('destroy', '--force', ...context);

    expect(cloud.ignored()).toEqual([]);
    const { buckets, roles, ...rest } = cloud.contents();
    expect(Object.keys(buckets).sort()).toEqual(Object.keys(there.buckets).sort());
    expect(rest).toEqual(NOTHING);
    expect(roles).toHaveLength(2); // the account's role for API Gateway's logs, of both stacks
  });
});
