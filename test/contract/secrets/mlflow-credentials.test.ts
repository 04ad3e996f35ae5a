import { afterEach, describe, expect, it } from 'vitest';
import { createMlflowHttpClient } from '../../../src/http-client/mlflow-http-client.ts';
import { createSecretReader } from '../../../src/secrets/secret-reader.ts';
import { type FakeAws, refusal, startFakeAws } from '../../helpers/fake-aws-secrets.ts';
import { type FakeServer, startServer } from '../../helpers/fake-mlflow-server.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Secrets that a test can change, and an MLflow server that wants them. */
async function setUp(variables: Readonly<Record<string, string>>) {
  const held = { user: 'ann', password: 'one', token: 'one' };
  const wanted = { authorization: '' };
  const aws: FakeAws = await startFakeAws(({ json }) =>
    json['SecretId'] === 'mlflow'
      ? { json: { SecretString: JSON.stringify(held) } }
      : json['Name'] === '/token'
        ? { json: { Parameter: { Value: held.token } } }
        : refusal('ParameterNotFound'),
  );
  const mlflow: FakeServer = await startServer(({ headers }, response) => {
    const isKnown = headers.authorization === wanted.authorization;
    response.writeHead(isKnown ? 200 : 401).end(isKnown ? '{"ok":true}' : 'who are you?');
  });
  const environment = {
    HOME: '/nowhere',
    ...aws.environment,
    MLFLOW_TRACKING_URI: mlflow.url,
    ...variables,
  };
  const client = createMlflowHttpClient(environment, { secrets: createSecretReader(environment) });
  closers.push(client.close, aws.close, mlflow.close);
  return { held, wanted, aws, mlflow, ask: () => client.json(`${mlflow.url}/version`) };
}

const PASSWORD = {
  MLFLOW_TRACKING_USERNAME_SECRET: 'secretsmanager:mlflow#user',
  MLFLOW_TRACKING_PASSWORD_SECRET: 'secretsmanager:mlflow#password',
};
const TOKEN = { MLFLOW_TRACKING_TOKEN_SECRET: 'ssm:/token' };

describe('credentials of the MLflow server by reference', () => {
  it('looks them up at the first call, and remembers them', async () => {
    const { wanted, aws, ask } = await setUp(PASSWORD);
    wanted.authorization = basic('ann', 'one');

    expect(aws.requests).toHaveLength(0);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill({ ok: true }));
    expect(aws.requests).toHaveLength(2);
  });

  it('takes a plain user with a password by reference', async () => {
    const { MLFLOW_TRACKING_PASSWORD_SECRET } = PASSWORD;
    const { wanted, ask } = await setUp({
      MLFLOW_TRACKING_USERNAME: 'bob',
      MLFLOW_TRACKING_PASSWORD_SECRET,
    });
    wanted.authorization = basic('bob', 'one');

    expect(await ask()).toEqual({ ok: true });
  });

  it('picks up a rotated secret by the refusal of the old one, within one call', async () => {
    const { held, wanted, aws, mlflow, ask } = await setUp(TOKEN);
    wanted.authorization = 'Bearer one';
    await ask();

    held.token = 'two';
    wanted.authorization = 'Bearer two';

    expect(await Promise.all([ask(), ask(), ask(), ask()])).toEqual(Array(4).fill({ ok: true }));
    expect(aws.requests.length).toBeLessThanOrEqual(5);
    expect(mlflow.asked.length).toBeLessThanOrEqual(9);
  });

  it('asks once more, not for ever, when the secret is wrong', async () => {
    const { wanted, aws, mlflow, ask } = await setUp(TOKEN);
    wanted.authorization = 'Bearer another';

    await expect(ask()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/refuses these credentials \(status 401\)$/),
    });
    expect(mlflow.asked).toHaveLength(2);
    expect(aws.requests).toHaveLength(2);
  });

  it('goes on with what it has while the secrets are out of reach', async () => {
    const { wanted, aws, ask } = await setUp(TOKEN);
    wanted.authorization = 'Bearer one';
    await ask();
    await aws.close();
    closers.splice(closers.indexOf(aws.close), 1);

    expect(await ask()).toEqual({ ok: true });
  });

  it('says why they cannot be read', async () => {
    const { ask } = await setUp({ MLFLOW_TRACKING_TOKEN_SECRET: 'ssm:/other' });

    await expect(ask()).rejects.toMatchObject({
      message: expect.stringMatching(/^parameter "\/other" \(SSM, eu-central-1\) does not exist/),
    });
  });

  it('names the variable that holds no reference', async () => {
    const { ask } = await setUp({ MLFLOW_TRACKING_TOKEN_SECRET: 'hunter2' });

    await expect(ask()).rejects.toThrow(/^MLFLOW_TRACKING_TOKEN_SECRET names no place of a secret/);
  });

  it('refuses a value and its place together', async () => {
    await expect(setUp({ ...TOKEN, MLFLOW_TRACKING_TOKEN: 'one' })).rejects.toThrow(
      'MLFLOW_TRACKING_TOKEN and MLFLOW_TRACKING_TOKEN_SECRET are both set; unset one',
    );
  });
});
