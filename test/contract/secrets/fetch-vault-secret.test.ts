import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSecretFetcher } from '../../../src/secrets/fetch-secret.ts';
import type { SecretStage } from '../../../src/secrets/fetched-secret.ts';
import { parseSecretReference } from '../../../src/secrets/parse-secret-reference.ts';
import { createSecretSource } from '../../../src/secrets/secret-source.ts';
import { createWebhookSecrets } from '../../../src/secrets/webhook-secrets.ts';
import { TLS_CERTIFICATE } from '../../helpers/azurite.ts';
import { failure, type KeyVault, startKeyVault } from '../../helpers/fake-key-vault.ts';

setDefaultCACertificates([...getCACertificates('default'), readFileSync(TLS_CERTIFICATE, 'utf8')]);

const VALUE = 'hunter2';
const AT_MS = 1_750_000_000_000;

let vault: KeyVault;
beforeAll(async () => {
  vault = await startKeyVault();
  // Where Azure's SDK itself looks.
  for (const [name, value] of Object.entries(vault.environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  vault.fault = undefined;
  vault.calls.length = 0;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await vault.close();
});

/** `path` follows `/secrets/`. */
const read = (path: string, stage?: SecretStage, environment = vault.environment) =>
  createSecretFetcher(environment)(parseSecretReference(`${vault.url}/secrets/${path}`), stage);

const place = (name: string): string => `secret "${name}" (Key Vault, 127.0.0.1)`;

describe('Key Vault', () => {
  it('gives the current version and when it was made, to the managed identity', async () => {
    vault.put('plain', 'before', { createdAtMs: AT_MS });
    vault.put('plain', `${VALUE}\r\n`, { createdAtMs: AT_MS + 5000 });

    expect(await read('plain')).toEqual({ value: VALUE, createdAtMs: AT_MS + 5000 });
    // The first call asks who gives tokens for this vault.
    expect(vault.calls).toEqual([
      expect.stringMatching(/^GET \/secrets\/plain\/?\?api(-|%2D)version=[\d.-]+$/),
      expect.stringMatching(/^GET \/secrets\/plain\/?\?api(-|%2D)version=[\d.-]+ with a token$/),
    ]);
  });

  it('gives the version that is named, and a key of JSON', async () => {
    const version = vault.put('login', `{"user":"x","password":"${VALUE}"}`);
    vault.put('login', '{}');

    expect((await read(`login/${version}#password`)).value).toBe(VALUE);
  });

  it('finds the version before, of many: the newest that may be used', async () => {
    const hour = 3_600_000;
    vault.put('turned', 'oldest', { createdAtMs: AT_MS });
    vault.put('turned', 'older', { createdAtMs: AT_MS + hour });
    vault.put('turned', 'before', { createdAtMs: AT_MS + 2 * hour });
    vault.put('turned', 'expired', { createdAtMs: AT_MS + 3 * hour, expiresAtMs: AT_MS });
    vault.put('turned', 'disabled', { createdAtMs: AT_MS + 4 * hour, isEnabled: false });
    vault.put('turned', 'now', { createdAtMs: AT_MS + 5 * hour });

    expect((await read('turned')).value).toBe('now');
    expect(await read('turned', 'previous')).toEqual({
      value: 'before',
      createdAtMs: AT_MS + 2 * hour,
    });
  });

  it('says that there is none before', async () => {
    const version = vault.put('single', VALUE);
    vault.put('pinned', 'before');
    const pinned = vault.put('pinned', VALUE);

    const none = {
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('no version before'),
    };
    await expect(read('single', 'previous')).rejects.toMatchObject(none);
    await expect(read(`single/${version}`, 'previous')).rejects.toMatchObject(none);
    await expect(read(`pinned/${pinned}`, 'previous')).rejects.toMatchObject(none);
  });

  it.each([
    {
      name: 'a secret that is not there',
      path: 'nothing',
      code: 'INVALID_PARAMETER_VALUE',
      message: `${place('nothing')} does not exist; are name and vault right? (SecretNotFound)`,
    },
    {
      name: 'a disabled one',
      path: 'off',
      code: 'PERMISSION_DENIED',
      message: `${place('off')} may not be read: its version is disabled (SecretDisabled)`,
    },
    {
      name: 'an empty one',
      path: 'empty',
      code: 'INVALID_PARAMETER_VALUE',
      message: `${place('empty')} is empty`,
    },
    {
      name: 'a key that is not there',
      path: 'json#password',
      code: 'INVALID_PARAMETER_VALUE',
      message: `${place('json')} has no key "password"`,
    },
  ])('refuses $name without a word of what is there', async ({ path, code, message }) => {
    vault.put('off', VALUE, { isEnabled: false });
    vault.put('empty', '\n');
    vault.put('json', `{"other":"${VALUE}"}`);

    await expect(read(path)).rejects.toMatchObject({ code, message });
    expect(message).not.toContain(VALUE);
  });

  it.each([
    {
      fault: { status: 403, body: failure('Forbidden', 'Caller: appid=4711', 'ForbiddenByRbac') },
      code: 'PERMISSION_DENIED',
      says: 'may not be read; the identity needs the role "Key Vault Secrets User" on it (ForbiddenByRbac)',
    },
    {
      fault: {
        status: 403,
        body: failure('Forbidden', 'Client address 4711', 'ForbiddenByFirewall'),
      },
      code: 'PERMISSION_DENIED',
      says: 'the firewall of the vault keeps us out (ForbiddenByFirewall)',
    },
    {
      fault: { status: 400, body: failure('BadParameter', '4711') },
      code: 'INVALID_PARAMETER_VALUE',
      says: 'cannot be read; are its name and version right? (BadParameter)',
    },
    {
      fault: { status: 503, body: failure('ServiceUnavailable', '4711') },
      code: 'TEMPORARILY_UNAVAILABLE',
      says: 'cannot be read: the vault is failing (ServiceUnavailable)',
    },
    {
      fault: { status: 502, body: '<html>4711</html>' },
      code: 'TEMPORARILY_UNAVAILABLE',
      says: 'cannot be read: the vault is failing (status 502)',
    },
  ])('says what $fault.status means: $says', async ({ fault, code, says }) => {
    vault.put('a', VALUE);
    vault.fault = fault;

    const error: Error & { code?: string } = await read('a').catch((thrown) => thrown);

    expect(error.code).toBe(code);
    expect(error.message).toContain(`${place('a')} `);
    expect(error.message).toContain(says);
    expect(error.message).not.toContain('4711');
  });

  it('waits out throttling', async () => {
    vault.put('busy', VALUE);
    vault.fault = { status: 429, body: failure('Throttled', 'slow down') };
    setTimeout(() => {
      vault.fault = undefined;
    }, 150);

    expect((await read('busy')).value).toBe(VALUE);
  });

  it('says when nobody answers', async () => {
    const reference = parseSecretReference('https://127.0.0.1:9/secrets/a');

    await expect(createSecretFetcher(vault.environment)(reference)).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: `${place('a')} cannot be read: connection refused; is the server running?`,
    });
  });

  it('says that it is nobody when the machine has no identity', async () => {
    vault.put('a', VALUE);
    const environment = { ...vault.environment, AZURE_CLIENT_ID: 'somebody-else' };

    await expect(read('a', 'current', environment)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/no Azure credentials found; sign in with az login/),
    });
  });
});

describe('the secret of webhooks in Key Vault', () => {
  it('turns without a restart, and the one before is good for a day', async () => {
    vault.put('hook', 'first');
    const environment = {
      ...vault.environment,
      MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: `${vault.url}/secrets/hook`,
    };
    let nowMs = Date.now();
    const now = () => nowMs;
    const secrets = createWebhookSecrets(
      environment,
      createSecretSource(environment, { now }),
      now,
    );
    expect(await secrets()).toEqual(['first']);

    vault.put('hook', 'second', { createdAtMs: Date.now() + 1000 });
    expect(await secrets({ again: true })).toEqual(['second', 'first']);

    vault.fault = { status: 503 };
    nowMs += 6 * 60_000;
    expect(await secrets()).toEqual(['second', 'first']);

    vault.fault = undefined;
    nowMs += 24 * 60 * 60_000;
    expect(await secrets()).toEqual(['second']);
  }, 30_000);
});
