import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchManifest } from '../../../src/batch/batch-manifest.ts';
import { runBatchJob } from '../../../src/batch/job/run-batch-job.ts';
import { openBatchInput } from '../../../src/batch/store/open-batch-input.ts';
import { openBatchOutput } from '../../../src/batch/store/open-batch-output.ts';
import { lineJob } from '../../helpers/line-job.ts';
import {
  type ProxyFault,
  type StoreFaultProxy,
  startStoreFaultProxy,
} from '../../helpers/store-fault-proxy.ts';
import { filesIn } from './files-in.ts';

export interface FaultyBatchPlace {
  /** `in/` and `out/` are used below it. */
  readonly uri: string;
  putInput(key: string, text: string): Promise<void>;
  /** Uploads that were begun and not ended. */
  unfinished(): Promise<number>;
}

export interface FaultyBatchOptions {
  /** Of the input, 60 bytes each: more than one part of an upload. */
  readonly rows: number;
  /** Of the server. */
  readonly url: string;
  /** How a program is told to use the server, or a proxy before it. */
  readonly environmentVia: (url: string) => Readonly<Record<string, string>>;
  /** A place on the same server that is not there, and what is said of it. */
  readonly missing: { readonly uri: string; readonly says: string };
  readonly setup: () => Promise<FaultyBatchPlace>;
}

/** Jobs over a server that fails, that many ask for at once, whose input changes, whose output is not there. */
export function describeFaultyBatch(place: string, options: FaultyBatchOptions): void {
  const { rows: ROWS, url, environmentVia, missing, setup } = options;
  const textOf = (rows: number) =>
    `${Array.from({ length: rows }, (_, i) => `${i % 10 === 3 ? 'bad' : 'row'}${i}`.padEnd(59)).join('\n')}\n`;

  describe(`a batch job over ${place} that fails`, () => {
    let under: FaultyBatchPlace;
    let proxy: StoreFaultProxy;
    beforeEach(async () => {
      under = await setup();
      proxy = await startStoreFaultProxy(url);
      await under.putInput('in/rows.csv', textOf(ROWS));
    });
    afterEach(() => proxy.close());

    const openJob = async (via = proxy.url) => {
      const over = environmentVia(via);
      const [input, output] = await Promise.all([
        openBatchInput(`${under.uri}/in/rows.csv`, over),
        openBatchOutput(`${under.uri}/out`, over),
      ]);
      const job = lineJob(input, output);
      return { ...job, options: { ...job.options, chunkRows: 5_000 } };
    };
    const outputs = () => filesIn(`${under.uri}/out`, environmentVia(url));

    async function expectDone(): Promise<void> {
      const files = await outputs();
      const named = [...files].map(([key, bytes]) => [key.slice(key.lastIndexOf('/') + 1), bytes]);
      const byName = Object.fromEntries(named) as Record<string, Buffer>;
      expect(Object.keys(byName).toSorted()).toEqual([
        '_manifest.json',
        'errors.jsonl',
        'predictions.csv',
      ]);
      expect(files.size).toBe(3);
      const manifest: BatchManifest = JSON.parse(String(byName['_manifest.json']));
      const refused = ROWS / 10;
      expect(manifest.rows).toEqual({ in: ROWS, out: ROWS - refused, refused });
      const linesOf = (name: string) => String(byName[name]).trimEnd().split('\n');
      const predictions = linesOf('predictions.csv').slice(1, -1);
      expect(new Set(predictions).size).toBe(ROWS - refused);
      expect(predictions).toHaveLength(ROWS - refused);
      expect(linesOf('errors.jsonl')).toHaveLength(refused);
      expect(await under.unfinished()).toBe(0);
    }

    it('scores a file whole though one of five requests goes wrong, in every way', async () => {
      const faults = ['throttle', 'lose', 'truncate', 'cut'] as const;
      proxy.set(({ number }): ProxyFault | undefined =>
        number % 5 === 0 ? faults[(number / 5) % faults.length] : undefined,
      );

      const outcome = await runBatchJob(await openJob());

      expect(['scored', 'done-before']).toContain(outcome.kind);
      expect(Object.values(proxy.counts).reduce((sum, count) => sum + count)).toBeGreaterThan(3);
      await expectDone();
    }, 120_000);

    it('scores once when many messages about the same file come at the same time', async () => {
      const runs = Array.from({ length: 4 }, async () => runBatchJob(await openJob(url)));

      const kinds = (await Promise.all(runs)).map(({ kind }) => kind);

      expect(kinds.filter((kind) => kind === 'scored')).toHaveLength(1);
      expect(await runBatchJob(await openJob())).toMatchObject({ kind: 'done-before' });
      await expectDone();
    }, 120_000);

    it('completes once when claims do not hold', async () => {
      const runs = Array.from({ length: 3 }, async () => {
        const job = await openJob(url);
        const read = (key: string) =>
          key.endsWith('_claim.json') ? Promise.resolve(undefined) : job.output.read(key);
        const write: typeof job.output.write = (key, ...rest) =>
          key.endsWith('_claim.json') ? Promise.resolve('written') : job.output.write(key, ...rest);
        // Nor do runs remove each other's uploads: without claims, that would never end.
        const output = { ...job.output, read, write, removeUnfinished: async () => {} };
        for (;;) {
          const outcome = await runBatchJob({ ...job, output }).catch(retryLater);
          if (outcome !== undefined) return outcome;
        }
      });

      const kinds = (await Promise.all(runs)).map(({ kind }) => kind);

      expect(kinds.filter((kind) => kind === 'scored')).toHaveLength(1);
      await expectDone();
    }, 120_000);

    it('writes nothing of a file that is replaced meanwhile', async () => {
      // More ranges than are read ahead.
      await under.putInput('in/rows.csv', textOf(2 * ROWS));
      const job = await openJob();
      let isReplaced = false;
      let replacing: Promise<void> | undefined;
      const onProgress = () => {
        replacing ??= under.putInput('in/rows.csv', textOf(10)).then(() => {
          isReplaced = true;
        });
      };
      proxy.set(({ path }) =>
        path.includes('/in/rows.csv') && replacing && !isReplaced ? 'throttle' : undefined,
      );

      await expect(runBatchJob({ ...job, onProgress })).rejects.toMatchObject({
        code: 'INVALID_STATE',
      });

      await replacing;
      expect((await outputs()).size).toBe(0);
      expect(await under.unfinished()).toBe(0);
    }, 60_000);

    it('scores nothing when the output cannot be written to', async () => {
      const job = await openJob();
      const output = await openBatchOutput(missing.uri, environmentVia(url));
      let scored = 0;
      const onProgress = () => {
        scored += 1;
      };

      await expect(runBatchJob({ ...job, output, onProgress })).rejects.toMatchObject({
        code: 'RESOURCE_DOES_NOT_EXIST',
        message: expect.stringContaining(missing.says),
      });

      expect(scored).toBe(0);
    });
  });
}

function retryLater(error: { readonly code?: string }): undefined {
  if (error.code !== 'TEMPORARILY_UNAVAILABLE') throw error;
}
