import { describe, expect, it } from 'vitest';
import { createCredentialSource } from '../../../src/http-client/aws-credentials.ts';

const KEYS = { accessKeyId: 'a', secretAccessKey: 'b' };

describe('createCredentialSource', () => {
  it('takes the environment without loading the chain', async () => {
    const source = createCredentialSource(
      { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 't' },
      () => Promise.reject(new Error('loaded')),
    );

    expect(await source.get()).toEqual({ ...KEYS, sessionToken: 't' });
  });

  it('asks the chain once while its credentials are good', async () => {
    let asked = 0;
    const expiration = new Date(Date.now() + 3_600_000);
    const source = createCredentialSource({}, async () => async () => {
      asked += 1;
      return { ...KEYS, expiration };
    });

    await Promise.all([source.get(), source.get()]);
    await source.get();

    expect(asked).toBe(1);
  });

  it('asks again shortly before they expire, and when they were refused', async () => {
    let asked = 0;
    const source = createCredentialSource({}, async () => async () => {
      asked += 1;
      return { ...KEYS, expiration: new Date(Date.now() + (asked === 1 ? 60_000 : 3_600_000)) };
    });

    await source.get();
    await source.get();
    await source.get();
    expect(asked).toBe(2);

    source.forget();
    await source.get();
    expect(asked).toBe(3);
  });

  it('says how to set credentials when there are none, and tries again next time', async () => {
    let asked = 0;
    const source = createCredentialSource({}, async () => {
      asked += 1;
      throw new Error('no package');
    });

    await expect(source.get()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('AWS_PROFILE'),
    });
    await expect(source.get()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(asked).toBe(2);
  });

  it('finds the chain of the SDK', async () => {
    const source = createCredentialSource({});
    const kept = { ...process.env };
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });

    try {
      expect(await source.get()).toMatchObject(KEYS);
    } finally {
      process.env = kept;
    }
  });
});
