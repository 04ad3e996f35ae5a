/** Blob Storage by identity: only where tokens come from is ours; that they are sent, and over TLS alone, is the client's. */
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBlobContainer } from '../../../src/artifacts/blob-container.ts';
import { createBlobObjectStore } from '../../../src/publish/blob-object-store.ts';
import {
  type Azurite,
  createTestIdentity,
  startAzurite,
  TLS_CERTIFICATE,
} from '../../helpers/azurite.ts';
import { describeObjectStore } from '../object-store.suite.ts';

setDefaultCACertificates([...getCACertificates('default'), readFileSync(TLS_CERTIFICATE, 'utf8')]);

/** Where the emulator is, and no key. */
const placeOf = ({ url }: Azurite) => ({
  AZURE_STORAGE_CONNECTION_STRING: `BlobEndpoint=${url}/devstoreaccount1`,
});

describeObjectStore('Blob Storage by identity (Azurite)', async () => {
  const azurite = await startAzurite({ hasTokens: true });
  const { name, uri } = await azurite.createContainer();
  const place = placeOf(azurite);
  const credential = createTestIdentity();
  return {
    async open() {
      const container = await openBlobContainer(`${uri}/registry`, place, { credential });
      return createBlobObjectStore(`${uri}/registry`, place, { container });
    },
    clear: () => azurite.clear(name),
    close: () => azurite.close(),
  };
});

describe('an identity', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite({ hasTokens: true });
  });
  afterAll(() => azurite.close());

  it('is asked once for many requests', async () => {
    const { uri } = await azurite.createContainer();
    const asked = { count: 0 };
    const credential = createTestIdentity(asked);
    const place = placeOf(azurite);
    const container = await openBlobContainer(uri, place, { credential });
    const store = await createBlobObjectStore(uri, place, { container });

    for (let i = 0; i < 5; i += 1) await store.read(`${i}.json`);

    expect(asked.count).toBe(1);
  });

  it('that has no token is no credentials, in our words', async () => {
    const { uri } = await azurite.createContainer();
    const credential = {
      getToken: async () => {
        throw Object.assign(new Error('tried five ways'), { name: 'CredentialUnavailableError' });
      },
    };
    const container = await openBlobContainer(uri, placeOf(azurite), { credential });
    const store = await createBlobObjectStore(uri, placeOf(azurite), { container });

    await expect(store.read('a.json')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('no Azure credentials found'),
    });
  });

  it('whose token is refused is told so', async () => {
    const { uri } = await azurite.createContainer();
    const credential = {
      getToken: async () => ({ token: 'no.token.atall', expiresOnTimestamp: Date.now() + 1e6 }),
    };
    const container = await openBlobContainer(uri, placeOf(azurite), { credential });
    const store = await createBlobObjectStore(uri, placeOf(azurite), { container });

    await expect(store.read('a.json')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
