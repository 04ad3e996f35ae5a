import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchEngine, BatchJob } from '../../../src/batch/job/batch-job.ts';
import { runBatchJob } from '../../../src/batch/job/run-batch-job.ts';
import { openLocalInput } from '../../../src/batch/store/local-input.ts';
import { createLocalOutput } from '../../../src/batch/store/local-output.ts';
import { createLineEngine } from '../../helpers/line-engine.ts';

const MODEL = { name: 'wine', version: '3', digest: 'ab'.repeat(32) };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'batch-job-'));
  mkdirSync(join(root, 'in'));
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (text: string) => writeFileSync(join(root, 'in/rows.csv'), text);

async function jobOf(change: Partial<BatchJob<unknown, unknown>> = {}) {
  return {
    input: await openLocalInput(join(root, 'in/rows.csv')),
    output: createLocalOutput(join(root, 'out')),
    model: MODEL,
    options: { chunkRows: 2, maxRefusedRatio: 1 },
    engine: createLineEngine() as BatchEngine<unknown, unknown>,
    ...change,
  };
}

/** Every file of the output, hidden ones too. */
const files = () =>
  readdirSync(join(root, 'out'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .toSorted();

const read = (name: string) => {
  const entries = readdirSync(join(root, 'out'), { recursive: true, withFileTypes: true });
  const found = entries.find((entry) => entry.name === name);
  return readFileSync(join(found?.parentPath ?? '', name), 'utf8');
};

describe('runBatchJob', () => {
  it('writes predictions, errors and a manifest that accounts for every row', async () => {
    put('abc\nbad1\ndef\nghi\nbad2\n');

    const outcome = await runBatchJob(await jobOf());

    const predictions = 'head\ncba\nfed\nihg\nend\n';
    expect(read('predictions.csv')).toBe(predictions);
    expect(read('errors.jsonl')).toBe(
      '{"row":1,"rule":"BAD_REQUEST","message":"is bad","record":"bad1"}\n' +
        '{"row":4,"rule":"BAD_REQUEST","message":"is bad","record":"bad2"}\n',
    );
    expect(outcome).toMatchObject({
      kind: 'scored',
      manifest: {
        version: 1,
        input: { sizeBytes: 22 },
        model: MODEL,
        rows: { in: 5, out: 3, refused: 2 },
        outputs: [
          {
            path: 'predictions.csv',
            rows: 3,
            sizeBytes: predictions.length,
            sha256: createHash('sha256').update(predictions).digest('hex'),
          },
        ],
        errors: [{ path: 'errors.jsonl', rows: 2 }],
      },
    });
    expect(JSON.parse(read('_manifest.json'))).toEqual('manifest' in outcome && outcome.manifest);
    expect(files()).toEqual(['_manifest.json', 'errors.jsonl', 'predictions.csv']);
  });

  it.each([
    ['no rows', '', 'head\nend\n', 0],
    ['one row', 'ab\n', 'head\nba\nend\n', 1],
  ])('scores a file of %s', async (_name, text, predictions, rows) => {
    put(text);

    const outcome = await runBatchJob(await jobOf());

    expect(read('predictions.csv')).toBe(predictions);
    expect(outcome).toMatchObject({ manifest: { rows: { in: rows, out: rows, refused: 0 } } });
    expect(files()).toEqual(['_manifest.json', 'predictions.csv']);
  });

  it('does a job once', async () => {
    put('abc\n');
    const first = await runBatchJob(await jobOf());
    const engine = createLineEngine({ score: () => 'other' }) as BatchEngine<unknown, unknown>;

    const second = await runBatchJob(await jobOf({ engine }));

    expect(second).toEqual({ ...first, kind: 'done-before' });
    expect(read('predictions.csv')).toBe('head\ncba\nend\n');
  });

  it('is another job with another model, other options or another input', async () => {
    put('abc\n');
    const jobs = async (change: Partial<BatchJob<unknown, unknown>>) => {
      const outcome = await runBatchJob(await jobOf(change));
      return outcome.kind === 'scored' && outcome.manifest.job;
    };

    const ids = [
      await jobs({}),
      await jobs({ model: { ...MODEL, digest: 'cd' } }),
      await jobs({ options: { keepsInputs: false, chunkRows: 2, maxRefusedRatio: 1 } }),
    ];
    put('abcd\n');
    ids.push(await jobs({}));

    expect(new Set(ids).size).toBe(4);
    expect(ids).not.toContain(false);
  });

  it('fails above the ratio of refused rows, and leaves only the errors', async () => {
    put('abc\nbad1\ndef\nghi\n');
    const options = { chunkRows: 2, maxRefusedRatio: 0.2 };

    for (let run = 0; run < 2; run += 1) {
      await expect(runBatchJob(await jobOf({ options }))).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        message: expect.stringContaining('1 of 4 rows were refused'),
      });
    }

    expect(files()).toEqual(['errors.jsonl']);
  });

  it('leaves nothing when the engine fails', async () => {
    put('abc\ndef\nghi\n');
    const score = (line: string) => {
      if (line === 'ghi') throw new Error('model broke');
      return line;
    };
    const engine = createLineEngine({ score }) as BatchEngine<unknown, unknown>;

    await expect(runBatchJob(await jobOf({ engine }))).rejects.toThrow('model broke');

    expect(files()).toEqual([]);
  });

  it('stops when it is told to, and leaves nothing', async () => {
    put('abc\ndef\n'.repeat(100));
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('no time left'));

    const run = runBatchJob(await jobOf({ signal: stop.signal, onProgress }));

    await expect(run).rejects.toThrow('no time left');
    expect(files()).toEqual([]);
  });

  it('refuses an input that is changed meanwhile', async () => {
    put('abc\ndef\n'.repeat(1000));
    const job = await jobOf({
      onProgress: ({ rowsIn }) => rowsIn === 100 && put('xyz\n'.repeat(2000)),
    });

    await expect(runBatchJob(job)).rejects.toMatchObject({ code: 'INVALID_STATE' });

    expect(files()).toEqual([]);
  });

  it.each([
    'in',
    '.',
    'in/rows.csv',
    'in/rows.csv/below',
  ])('refuses %s as the output of in/rows.csv', async (folder) => {
    put('abc\n');
    const output = createLocalOutput(join(root, folder));

    const run = runBatchJob(await jobOf({ output }));

    await expect(run).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('overlap'),
    });
  });

  it('leaves a job alone that a living run has', async () => {
    put('abc\n');
    let release = () => {};
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    const score = async (line: string) => {
      await waiting;
      return line;
    };
    const engine = createLineEngine({ score }) as BatchEngine<unknown, unknown>;
    const first = runBatchJob(await jobOf({ engine }));
    await expect.poll(() => files()).toContain('_claim.json');

    expect(await runBatchJob(await jobOf())).toMatchObject({ kind: 'busy' });

    release();
    expect(await first).toMatchObject({ kind: 'scored' });
    expect(await runBatchJob(await jobOf())).toMatchObject({ kind: 'done-before' });
  });

  it('finds the files of a run that was killed before its manifest, and keeps them', async () => {
    put('abc\nbad\n');
    await runBatchJob(await jobOf());
    rmSync(manifestPath());

    expect(await runBatchJob(await jobOf())).toMatchObject({ kind: 'scored' });

    expect(files()).toEqual(['_manifest.json', 'errors.jsonl', 'predictions.csv']);
  });

  it('mixes no two answers of a model that answers differently each time', async () => {
    put('abc\nbad\n');
    await runBatchJob(await jobOf());
    rmSync(manifestPath());
    const engine = createLineEngine({ score: () => 'other' }) as BatchEngine<unknown, unknown>;

    const outcome = await runBatchJob(await jobOf({ engine }));

    const path = outcome.kind === 'scored' ? outcome.manifest.outputs[0]?.path : undefined;
    expect(path).toMatch(/^predictions-[0-9a-f]{8}\.csv$/);
    expect(read(path ?? '')).toBe('head\nother\nend\n');
    expect(files()).toHaveLength(3);
  });

  it('scores once when many do it at the same time, claims or not', async () => {
    put('abc\nbad\ndef\n'.repeat(50));
    const output = createLocalOutput(join(root, 'out'));
    const noClaims = { ...output, isGone: () => true };

    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async () => runBatchJob(await jobOf({ output: noClaims }))).map(
        (run) => run.catch((error: { code?: string }) => ({ kind: error.code ?? String(error) })),
      ),
    );

    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'scored')).toHaveLength(1);
    expect(new Set(kinds)).not.toContain('BAD_REQUEST');
    expect(files()).toEqual(['_manifest.json', 'errors.jsonl', 'predictions.csv']);
  });
});

const manifestPath = () => {
  const entries = readdirSync(join(root, 'out'), { recursive: true, withFileTypes: true });
  const found = entries.find((entry) => entry.name === '_manifest.json');
  return join(found?.parentPath ?? '', '_manifest.json');
};
