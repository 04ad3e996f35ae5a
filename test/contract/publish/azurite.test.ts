/** Publishing to Azure Blob Storage, as Azurite has it, and through a line that fails. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { startAzurite } from '../../helpers/azurite.ts';
import { type ProxyFault, startStoreFaultProxy } from '../../helpers/store-fault-proxy.ts';
import { describeConcurrentPromoters } from './concurrent-promoters.suite.ts';
import { describeKilledPublish } from './killed-publish.suite.ts';

const azurite = await startAzurite();
afterAll(() => azurite.close());

const makeRoot = async () => `${(await azurite.createContainer()).uri}/root ü`;

/** Ten of a hundred requests go wrong, in every way. */
async function startFaulty() {
  const proxy = await startStoreFaultProxy(azurite.url);
  const faults: readonly ProxyFault[] = ['throttle', 'lose', 'cut', 'truncate'];
  proxy.set(({ number }) =>
    number % 10 === 0 ? faults[(number / 10) % faults.length] : undefined,
  );
  return proxy;
}

describeConcurrentPromoters(
  'Blob Storage (Azurite)',
  async () => ({
    uri: await makeRoot(),
    environment: { ...azurite.environment },
    close: async () => {},
  }),
  { moves: 5, kills: 3 },
);

describeConcurrentPromoters(
  'Blob Storage (Azurite) that throttles, breaks off and loses answers',
  async () => {
    const proxy = await startFaulty();
    return {
      uri: await makeRoot(),
      environment: { ...azurite.environmentVia(proxy.url) },
      directEnvironment: { ...azurite.environment },
      close: () => proxy.close(),
    };
  },
  { moves: 4, kills: 2 },
);

describeKilledPublish('Blob Storage (Azurite)', 4, async () => ({
  to: await makeRoot(),
  environment: azurite.environment,
}));

describe('Blob Storage through a bad line', () => {
  it('receives a large file whole, whatever goes wrong on the way', async () => {
    const uri = await makeRoot();
    const proxy = await startFaulty();
    const folder = await mkdtemp(join(tmpdir(), 'upload-'));
    const content = Buffer.alloc(60 * 2 ** 20, 'some bytes of a model ');
    const file = {
      path: join(folder, 'model.onnx'),
      sizeBytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    };
    await writeFile(file.path, content);
    const store = await openObjectStore(uri, azurite.environmentVia(proxy.url));
    proxy.set(({ number }) => (number % 4 === 1 ? 'lose' : number % 4 === 3 ? 'cut' : undefined));

    await store.upload('model.onnx', file);

    const found = await (await openObjectStore(uri, azurite.environment)).read('model.onnx');
    expect(content.equals(found?.bytes ?? Buffer.of())).toBe(true);
    expect(proxy.counts.lose).toBeGreaterThan(0);
    await proxy.close();
    await rm(folder, { recursive: true });
  }, 60_000);
});
