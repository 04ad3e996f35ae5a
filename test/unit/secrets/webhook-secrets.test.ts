import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import type { SecretStage } from '../../../src/secrets/fetched-secret.ts';
import { createSecretSource } from '../../../src/secrets/secret-source.ts';
import { createWebhookSecrets } from '../../../src/secrets/webhook-secrets.ts';

const DAY_MS = 24 * 60 * 60_000;
const ENVIRONMENT = { MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: 'secretsmanager:hook' };

function setUp(versions: Partial<Record<SecretStage, string>>, createdAtMs?: number) {
  let nowMs = 0;
  const asked: SecretStage[] = [];
  const now = () => nowMs;
  const source = createSecretSource(ENVIRONMENT, {
    now,
    fetchSecret: async (_reference, stage = 'current') => {
      asked.push(stage);
      const value = versions[stage];
      if (value === undefined) throw new ServingError('INVALID_PARAMETER_VALUE', 'not there');
      return { value, ...(createdAtMs !== undefined && { createdAtMs }) };
    },
  });
  const secrets = createWebhookSecrets(ENVIRONMENT, source, now);
  return {
    secrets,
    asked,
    versions,
    at: (ms: number) => {
      nowMs = ms;
    },
  };
}

describe('createWebhookSecrets', () => {
  it('accepts the version before for a day after a rotation, the newest first', async () => {
    const { secrets, at } = setUp({ current: 'new', previous: 'old' }, 1000);

    expect(await secrets()).toEqual(['new', 'old']);
    at(1000 + DAY_MS - 1);
    expect(await secrets()).toEqual(['new', 'old']);
    at(1000 + DAY_MS);
    expect(await secrets()).toEqual(['new']);
  });

  it('does without a version before, and does not look for it each time', async () => {
    const { secrets, asked } = setUp({ current: 'first' }, 0);

    expect(await secrets()).toEqual(['first']);
    expect(await secrets()).toEqual(['first']);
    expect(asked).toEqual(['current', 'previous']);
  });

  it('finds the version before after the first rotation', async () => {
    const { secrets, versions } = setUp({ current: 'first' }, 0);

    await secrets();
    Object.assign(versions, { current: 'second', previous: 'first' });

    expect(await secrets({ again: true })).toEqual(['second', 'first']);
  });

  it('has one of a store that keeps no dates, such as SSM', async () => {
    const { secrets, asked } = setUp({ current: 'only', previous: 'never' });

    expect(await secrets()).toEqual(['only']);
    expect(asked).toEqual(['current']);
  });

  it('looks again when none fits, but not for every forged webhook', async () => {
    const { secrets, versions, asked, at } = setUp({ current: 'old' });

    await secrets();
    versions.current = 'new';
    expect(await secrets({ again: true })).toEqual(['new']);
    versions.current = 'newer';
    for (let i = 0; i < 100; i += 1) expect(await secrets({ again: true })).toEqual(['new']);
    expect(asked).toHaveLength(2);
    at(10_000);
    expect(await secrets({ again: true })).toEqual(['newer']);
  });

  it('names the variable that is not set, or no reference', () => {
    expect(() => createWebhookSecrets({})).toThrow(
      /^MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET is not set/,
    );
    expect(() =>
      createWebhookSecrets({ MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: 'hunter2' }),
    ).toThrow(/^MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET names no place of a secret/);
  });
});
