import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stopServers } from '../interop/processes.ts';
import { type Cloud, type CloudContents, startCloud } from './cloud.ts';

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

  it('synthesizes within 10 s', () => {
    const [, seconds] = /Synthesis time: ([\d.]+)s/.exec(printed) ?? [];

    expect(Number(seconds)).toBeLessThan(10);
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

  it('changes nothing when nothing changed', () => {
    expect(cloud.cdk('deploy')).toContain('(no changes)');
  });

  it('leaves nothing but what is to be retained when it is destroyed', () => {
    cloud.cdk('destroy', '--force');

    const { buckets, roles, ...rest } = cloud.contents();
    expect(buckets).toEqual(there.buckets);
    // The account's role for API Gateway's logs: one for all of its APIs.
    const [logsRole] = cloud.retained('wine', 'AWS::IAM::Role');
    expect(roles).toEqual([expect.stringMatching(`^wine-${logsRole}-`)]);
    expect(rest).toEqual({
      functions: {},
      restApis: [],
      apiKeys: [],
      usagePlans: [],
      logGroups: {},
    });
  });
});
