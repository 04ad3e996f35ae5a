import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBatchOutput } from '../../../src/batch/store/open-batch-output.ts';
import { describeBatchOutput } from '../batch-output.suite.ts';

const partials = (root: string) =>
  readdirSync(root, { recursive: true }).filter((name) => String(name).includes('.partial-'));

describeBatchOutput('a folder', async () => {
  const root = mkdtempSync(join(tmpdir(), 'batch-output-'));
  const folder = join(root, 'made/when/needed');
  return {
    open: () => openBatchOutput(folder, {}),
    clear: async () => rmSync(folder, { recursive: true, force: true }),
    unfinished: async () => partials(root).length,
    close: async () => rmSync(root, { recursive: true }),
  };
});

describe('a folder as output', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'batch-output-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('removes what processes that have ended left, and nothing else', async () => {
    const output = await openBatchOutput(root, {});
    const alive = await output.create('job/rows.csv', 'text/csv');
    const [name = ''] = partials(root).map((path) => String(path).slice('job/'.length));
    const gone = name.replace(/\.\d+\.(\d+\.[0-9a-f]{12})$/, '.4194305.$1');
    writeFileSync(join(root, 'job', gone), 'half a fi');
    writeFileSync(join(root, 'job/other.csv'), 'x');

    await output.removeUnfinished('job');
    await output.removeUnfinished('none');

    expect(readdirSync(join(root, 'job')).toSorted()).toEqual([name, 'other.csv']);
    expect(await alive.complete()).toBe('written');
  });

  it('says that a folder may not be written to, or is a file', async () => {
    writeFileSync(join(root, 'file'), '');
    const output = await openBatchOutput(join(root, 'file/below'), {});

    await expect(output.create('a', 'text/csv')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
    const nowhere = await openBatchOutput('/proc/none', {});
    await expect(nowhere.create('a', 'text/csv')).rejects.toMatchObject({
      code: expect.any(String),
    });
  });

  it('knows no other kind of storage', async () => {
    await expect(openBatchOutput('gs://bucket/x', {})).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
    });
  });
});
