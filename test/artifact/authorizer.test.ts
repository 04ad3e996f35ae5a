import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createKey,
  ISSUER_CA_PATH,
  makeToken,
  startTokenIssuer,
  type TokenIssuer,
} from '../helpers/token-issuer.ts';
import { type LambdaProcess, startLambda } from './lambda-process.ts';

const ZIP = 'dist/lambda-authorizer.zip';
const API = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3/v1';
const KEY = createKey('one', 'ES256');

let work: string;
let issuer: TokenIssuer;
let lambda: LambdaProcess;

beforeAll(async () => {
  if (!existsSync(ZIP)) throw new Error(`${ZIP} is missing: run npm run build first`);
  work = mkdtempSync(join(tmpdir(), 'authorizer-'));
  execFileSync('unzip', ['-q', ZIP, '-d', work]);
  cpSync(ISSUER_CA_PATH, join(work, 'ca.pem'));
  issuer = await startTokenIssuer([KEY]);
  lambda = await startLambda({
    directory: work,
    handler: 'jwt-authorizer.handler',
    environment: {
      NODE_EXTRA_CA_CERTS: '/mnt/task/ca.pem',
      MLFLOW_SERVERLESS_JWT_ISSUER: issuer.issuer,
      MLFLOW_SERVERLESS_JWT_AUDIENCE: 'wine',
      MLFLOW_SERVERLESS_JWT_SCOPES: 'predict',
    },
  });
  await lambda.ready;
});

afterAll(async () => {
  if (process.env['ARTIFACT_LOG']) console.log(lambda?.log());
  await lambda?.stop();
  await issuer?.close();
  rmSync(work, { recursive: true, force: true });
});

const claims = (more: Readonly<Record<string, unknown>> = {}) => ({
  iss: issuer.issuer,
  aud: 'wine',
  sub: 'ann',
  scope: 'predict',
  exp: Math.floor(Date.now() / 1000) + 60,
  ...more,
});

const ask = (token: string) =>
  lambda.invoke({
    type: 'TOKEN',
    methodArn: `${API}/POST/invocations`,
    authorizationToken: `Bearer ${token}`,
  });

const policy = (effect: string) => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: `${API}/*` }],
});

it('lets a good token in, to all of the stage', async () => {
  const { kind, body } = await ask(makeToken(KEY, claims()));

  expect(kind).toBe('response');
  expect(body).toEqual({
    principalId: 'ann',
    policyDocument: policy('Allow'),
    context: { sub: 'ann', scope: 'predict' },
  });
});

it('denies a token without the scope', async () => {
  const { body } = await ask(makeToken(KEY, claims({ scope: 'read' })));

  expect(body).toMatchObject({ policyDocument: policy('Deny') });
});

it('fails as API Gateway wants it for 401, and logs why, but no token', async () => {
  const expired = makeToken(KEY, claims({ exp: 1 }));

  const { kind, body } = await ask(expired);

  expect(kind).toBe('error');
  expect(body).toMatchObject({ errorMessage: 'Unauthorized' });
  // The line comes through a pipe of its own, after the answer or before it.
  await expect.poll(() => lambda.log()).toContain('it has expired');
  expect(lambda.log()).not.toContain(expired);
});

it('fails otherwise while the keys cannot be had', async () => {
  issuer.status = 503;

  const { kind, body } = await ask(makeToken(createKey('two', 'ES256'), claims()));

  expect(kind).toBe('error');
  expect(body).toMatchObject({ errorMessage: expect.stringContaining('cannot be had') });
});
