/** Batch jobs over Azure Blob Storage, as Azurite has it, and through a line that fails. */
import { afterAll, describe, expect, it } from 'vitest';
import type { BatchManifest } from '../../../src/batch/batch-manifest.ts';
import { runBatchJob } from '../../../src/batch/job/run-batch-job.ts';
import { openBatchInput } from '../../../src/batch/store/open-batch-input.ts';
import { openBatchOutput } from '../../../src/batch/store/open-batch-output.ts';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { startAzurite } from '../../helpers/azurite.ts';
import { lineJob } from '../../helpers/line-job.ts';
import { type ProxyFault, startStoreFaultProxy } from '../../helpers/store-fault-proxy.ts';
import { describeKilledBatch } from './killed-batch.suite.ts';

const azurite = await startAzurite();
const { environment } = azurite;
afterAll(() => azurite.close());

async function put(container: string, key: string, text: string): Promise<void> {
  const blob = azurite.client.getContainerClient(container).getBlockBlobClient(key);
  await blob.upload(text, Buffer.byteLength(text));
}

async function filesIn(uri: string): Promise<Map<string, Buffer>> {
  const store = await openObjectStore(uri, environment);
  const files = new Map<string, Buffer>();
  for (const { key } of await store.list('')) {
    files.set(key, Buffer.from((await store.read(key))?.bytes ?? []));
  }
  return files;
}

describeKilledBatch('Blob Storage (Azurite)', {
  kills: 10,
  rows: 4_000,
  longestMs: 50,
  setup: async () => {
    const { name, uri } = await azurite.createContainer();
    const output = `${uri}/out`;
    return {
      output,
      environment,
      async putInput(file, text) {
        await azurite.clear(name);
        await put(name, `in/${file}`, text);
        return `${uri}/in/${file}`;
      },
      async files() {
        const found = await filesIn(output);
        return new Map([...found].map(([key, bytes]) => [key.replace(/^in\//, ''), bytes]));
      },
      unfinished: async () => 0, // blocks without a list are the service's
    };
  },
});

describe('a batch job over Blob Storage', () => {
  const ROWS = 200_000;
  const text = `${Array.from({ length: ROWS }, (_, i) => `${i % 10 === 3 ? 'bad' : 'row'}${i}`.padEnd(59)).join('\n')}\n`;

  async function setup(via = azurite.url) {
    const { name, uri } = await azurite.createContainer();
    await put(name, 'in/rows.csv', text);
    const over = azurite.environmentVia(via);
    return {
      uri,
      async open() {
        const input = await openBatchInput(`${uri}/in/rows.csv`, over);
        const job = lineJob(input, await openBatchOutput(`${uri}/out`, over));
        return { ...job, options: { ...job.options, chunkRows: 5_000 } };
      },
    };
  }

  async function expectDone(uri: string): Promise<void> {
    const files = await filesIn(`${uri}/out`);
    const named = [...files].map(([key, bytes]) => [key.slice(key.lastIndexOf('/') + 1), bytes]);
    const byName = Object.fromEntries(named) as Record<string, Buffer>;
    expect(Object.keys(byName).toSorted()).toEqual([
      '_manifest.json',
      'errors.jsonl',
      'predictions.csv',
    ]);
    const manifest: BatchManifest = JSON.parse(String(byName['_manifest.json']));
    const refused = ROWS / 10;
    expect(manifest.rows).toEqual({ in: ROWS, out: ROWS - refused, refused });
    const predictions = String(byName['predictions.csv']).trimEnd().split('\n').slice(1, -1);
    expect(predictions).toHaveLength(ROWS - refused);
    expect(new Set(predictions).size).toBe(ROWS - refused);
  }

  it('is whole though one of five requests goes wrong, in every way', async () => {
    const proxy = await startStoreFaultProxy(azurite.url);
    const faults = ['throttle', 'lose', 'truncate', 'cut'] as const;
    proxy.set(({ number }): ProxyFault | undefined =>
      number % 5 === 0 ? faults[(number / 5) % faults.length] : undefined,
    );
    const { uri, open } = await setup(proxy.url);

    const outcome = await runBatchJob(await open());

    expect(['scored', 'done-before']).toContain(outcome.kind);
    expect(Object.values(proxy.counts).reduce((sum, count) => sum + count)).toBeGreaterThan(2);
    await expectDone(uri);
    await proxy.close();
  }, 60_000);

  it('is done once when many messages about the same file come at the same time', async () => {
    const { uri, open } = await setup();

    const outcomes = await Promise.all(
      Array.from({ length: 4 }, async () => runBatchJob(await open())),
    );

    expect(outcomes.filter(({ kind }) => kind === 'scored')).toHaveLength(1);
    expect(await runBatchJob(await open())).toMatchObject({ kind: 'done-before' });
    await expectDone(uri);
  }, 60_000);
});
