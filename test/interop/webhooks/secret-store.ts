import { join } from 'node:path';
import { startServer } from '../processes.ts';

/** AWS Secrets Manager as moto has it, with one secret. */
export interface SecretStore {
  /** What the functions need to find it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The value becomes the current one, the one before stays as AWSPREVIOUS. */
  rotate(value: string): Promise<void>;
}

const NAME = 'webhook-secret';

export async function startSecretStore(python: string, value: string): Promise<SecretStore> {
  const { url } = await startServer({
    command: [join(python, 'moto_server'), '-H', '127.0.0.1', '-p', '{port}'],
    healthPath: '/moto-api/',
  });
  async function call(action: string, json: Readonly<Record<string, string>>): Promise<void> {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `secretsmanager.${action}`,
        authorization:
          'AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: JSON.stringify({ ClientRequestToken: crypto.randomUUID(), ...json }),
    });
    if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
  }
  await call('CreateSecret', { Name: NAME, SecretString: value });
  return {
    environment: {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: `secretsmanager:${NAME}`,
    },
    rotate: (next) => call('PutSecretValue', { SecretId: NAME, SecretString: next }),
  };
}
