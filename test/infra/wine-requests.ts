import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { stopServers } from '../interop/processes.ts';
import { type DeployedEndpoint, type LocalCloud, startLocalCloud } from './deployed-endpoint.ts';
import { type CallOptions, call, type Reply } from './https-call.ts';

const MODEL = 'examples/registry/models/wine/versions/2/model';
const REGISTRY = ['--to', 's3://models/registry'];

/** The model's own example as a body. */
export const BODY = readFileSync(join(MODEL, 'serving_input_example.json'), 'utf8');

/** What MLflow answers to it, by version. */
export const ANSWERS = JSON.parse(
  readFileSync('test/artifact/wine-answers.json', 'utf8'),
) as Record<string, unknown>;

export const JSON_TYPE = { 'content-type': 'application/json' };

/** One such place for all tests of a file; there while they run. */
export function useWineCloud(): () => LocalCloud {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startWineCloud();
  }, 600_000);
  afterAll(async () => {
    await cloud?.stop();
    await stopServers();
  });
  return () => cloud;
}

/** A place to deploy to, with both versions of the wine model published by our own command; 2 is the champion. */
async function startWineCloud(): Promise<LocalCloud> {
  const cloud = await startLocalCloud();
  for (const version of ['1', '2']) {
    const source = ['-m', `models:/wine/${version}`, '--registry-uri', 'examples/registry'];
    await cloud.cli('publish', ...source, ...REGISTRY);
  }
  await moveChampion(cloud, '2');
  return cloud;
}

export const moveChampion = (cloud: LocalCloud, version: string): Promise<unknown> =>
  cloud.cli('promote', `models:/wine/${version}`, '--alias', 'champion', ...REGISTRY);

export const ask = (
  { url }: DeployedEndpoint,
  headers: CallOptions['headers'] = {},
  body: CallOptions['body'] = BODY,
): Promise<Reply> => call(`${url}/invocations`, { headers: { ...JSON_TYPE, ...headers }, body });

/** The key that the stack's output names. */
export const keyOf = ({ deployment, keyValue }: DeployedEndpoint): Record<string, string> => ({
  'x-api-key': keyValue(deployment.output('ApiKeyId')),
});

export function expectAnswer(reply: Reply, version = '2'): void {
  expect([reply.status, reply.json()]).toEqual([200, ANSWERS[version]]);
}

export function expectError(reply: Reply, status: number, code: string): void {
  expect([reply.status, reply.json()]).toEqual([
    status,
    expect.objectContaining({ error_code: code, message: expect.any(String) }),
  ]);
}
