import { describe, expect, it } from 'vitest';
import { parseSecretReference } from '../../../src/secrets/parse-secret-reference.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/mlflow-AbCdEf';

describe('parseSecretReference', () => {
  it.each([
    {
      text: 'secretsmanager:team/mlflow',
      reference: { service: 'secretsmanager', id: 'team/mlflow' },
    },
    {
      text: 'secretsmanager:mlflow#user name',
      reference: { service: 'secretsmanager', id: 'mlflow', key: 'user name' },
    },
    {
      text: ` secretsmanager:${ARN}#a#b `,
      reference: { service: 'secretsmanager', id: ARN, key: 'a#b', region: 'eu-west-1' },
    },
    {
      text: 'https://my-vault.vault.azure.net/secrets/mlflow-token',
      reference: {
        service: 'keyvault',
        id: 'https://my-vault.vault.azure.net/secrets/mlflow-token',
      },
    },
    {
      text: 'https://v.vault.azure.cn/secrets/a/0123456789abcdef0123456789abcdef#user name',
      reference: {
        service: 'keyvault',
        id: 'https://v.vault.azure.cn/secrets/a/0123456789abcdef0123456789abcdef',
        key: 'user name',
      },
    },
    { text: 'ssm:/mlflow/password', reference: { service: 'ssm', id: '/mlflow/password' } },
    { text: 'ssm:token:3', reference: { service: 'ssm', id: 'token:3' } },
    {
      text: 'ssm:arn:aws:ssm:us-east-2:123456789012:parameter/mlflow/password',
      reference: {
        service: 'ssm',
        id: 'arn:aws:ssm:us-east-2:123456789012:parameter/mlflow/password',
        region: 'us-east-2',
      },
    },
  ])('understands $text', ({ text, reference }) => {
    expect(parseSecretReference(text)).toEqual(reference);
  });

  it.each([
    'hunter2',
    '',
    'secretsmanager:',
    'secretsmanager:hunter2 with blanks',
    'vault:hunter2',
    'ssm:hunter2#key',
    'secretsmanager:arn:aws:s3:::hunter2',
    'ssm:arn:aws:ssm:us-east-2:1:parameter/hunter2',
    'http://my-vault.vault.azure.net/secrets/hunter2',
    'https://my-vault.vault.azure.net/keys/hunter2',
    'https://user:hunter2@my-vault.vault.azure.net/secrets/a',
    'https://my-vault.vault.azure.net/secrets/hunter2?api-version=7.4',
  ])('refuses %j and does not repeat it', (text) => {
    const parse = () => parseSecretReference(text, 'MLFLOW_TRACKING_TOKEN_SECRET');

    expect(parse).toThrow(/^MLFLOW_TRACKING_TOKEN_SECRET names no place of a secret: expected /);
    expect(parse).not.toThrow(/hunter2/);
  });
});
