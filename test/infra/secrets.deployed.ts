import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { createCredentialSource } from '../../src/http-client/aws-credentials.ts';
import { createAwsJsonClient } from '../../src/secrets/aws-json-client.ts';
import { parseSecretReference } from '../../src/secrets/parse-secret-reference.ts';
import { createSecretSource } from '../../src/secrets/secret-source.ts';
import { createWebhookSecrets } from '../../src/secrets/webhook-secrets.ts';
import { type ServerProcess, startServer } from '../interop/processes.ts';

/** Secrets Manager and SSM as moto has them: the protocol's other side, and not ours. */
let moto: ServerProcess;
let environment: Record<string, string>;

beforeAll(async () => {
  const bin = ensurePythonEnvironment('interop');
  moto = await startServer({
    command: [join(bin, 'moto_server'), '-p', '{port}'],
    healthPath: '/moto-api/',
  });
  environment = {
    HOME: '/nowhere',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: moto.url,
  };
}, 300_000);
afterAll(() => moto?.stop());

/** What an administrator does. */
async function administer(service: 'secretsmanager' | 'ssm', action: string, json: object) {
  const client = createAwsJsonClient(environment, createCredentialSource(environment));
  const prefix = service === 'ssm' ? 'AmazonSSM' : 'secretsmanager';
  return client.call({ service, target: `${prefix}.${action}`, region: 'eu-central-1', json });
}

const read = async (text: string): Promise<string> =>
  (await createSecretSource(environment).read(parseSecretReference(text))).value;

describe('Secrets Manager', () => {
  it('is read by name, by ARN and by a key of JSON', async () => {
    const { ARN: arn } = await administer('secretsmanager', 'CreateSecret', {
      Name: 'team/mlflow',
      SecretString: '{"username":"ann","password":"s e:c,ret"}',
    });

    expect(await read('secretsmanager:team/mlflow')).toContain('"ann"');
    expect(await read('secretsmanager:team/mlflow#username')).toBe('ann');
    expect(await read(`secretsmanager:${arn}#password`)).toBe('s e:c,ret');
    await expect(read('secretsmanager:team/mlflow#token')).rejects.toThrow(
      'secret "team/mlflow" (Secrets Manager, eu-central-1) has no key "token"',
    );
    await expect(read('secretsmanager:team/other')).rejects.toThrow(
      /^secret "team\/other" \(Secrets Manager, eu-central-1\) does not exist;/,
    );
  });

  it('refuses bytes, and what is marked for deletion', async () => {
    await administer('secretsmanager', 'CreateSecret', { Name: 'bytes', SecretBinary: 'AAEC' });
    await administer('secretsmanager', 'CreateSecret', { Name: 'gone', SecretString: 'x' });
    await administer('secretsmanager', 'DeleteSecret', { SecretId: 'gone' });

    await expect(read('secretsmanager:bytes')).rejects.toThrow(/ is binary; expected a text/);
    await expect(read('secretsmanager:gone')).rejects.toThrow(/ is it marked for deletion\?/);
  });

  it('gives webhooks the version before while a secret is rotated', async () => {
    await administer('secretsmanager', 'CreateSecret', { Name: 'hook', SecretString: 'one' });
    const secrets = createWebhookSecrets({
      ...environment,
      MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: 'secretsmanager:hook',
    });

    expect(await secrets()).toEqual(['one']);
    await administer('secretsmanager', 'PutSecretValue', { SecretId: 'hook', SecretString: 'two' });
    expect(await secrets({ again: true })).toEqual(['two', 'one']);
  });
});

describe('SSM', () => {
  it.each(['SecureString', 'String'])('is read as %s', async (type) => {
    const name = `/mlflow/${type}`;
    await administer('ssm', 'PutParameter', { Name: name, Value: 'hunter2', Type: type });

    expect(await read(`ssm:${name}`)).toBe('hunter2');
  });

  it('says what is not there', async () => {
    await expect(read('ssm:/mlflow/other')).rejects.toThrow(
      /^parameter "\/mlflow\/other" \(SSM, eu-central-1\) does not exist; .* \(ParameterNotFound\)$/,
    );
  });

  it('looks up what was changed once it is refused', async () => {
    const source = createSecretSource(environment);
    const reference = parseSecretReference('ssm:/mlflow/token');
    const put = (value: string) =>
      administer('ssm', 'PutParameter', {
        Name: '/mlflow/token',
        Value: value,
        Type: 'SecureString',
        Overwrite: true,
      });
    await put('one');
    expect((await source.read(reference)).value).toBe('one');

    await put('two');
    source.forget(reference);

    expect((await source.read(reference)).value).toBe('two');
  });
});
