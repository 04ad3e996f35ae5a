import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { columnEnds, readMetadata } from '../../src/batch/read/parquet/parquet-metadata.ts';
import { openRowGroup } from '../../src/batch/read/parquet/row-group-rows.ts';
import { sliceFrame } from '../../src/batch/read/slice-frame.ts';
import { openLocalInput } from '../../src/batch/store/local-input.ts';
import { decompress } from '../../src/invocation/decompress.ts';
import type { Frame } from '../../src/model/frame.ts';
import type { RowGroup } from '../../src/scoring/parquet/file-metadata.ts';
import { parseParquet } from '../../src/scoring/parquet/parse-parquet.ts';
import { describeColumns } from '../../src/scoring/parquet/read-frame.ts';

const FILES = 120;
const SEED = 20_261_123;

const folder = mkdtempSync(join(tmpdir(), 'parquet-pages-'));

beforeAll(() => {
  const script = 'test/python/write_random_parquet.py';
  execFileSync(join(ensurePythonEnvironment(), 'python'), [script, folder, `${FILES}`, `${SEED}`]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The frames of a file's only row group, `chunkRows` rows each. */
async function pageByPage(path: string, windowBytes: number, chunkRows: number): Promise<Frame[]> {
  const input = await openLocalInput(path);
  const { metadata, end } = await readMetadata(input);
  const group = metadata.rowGroups[0] as RowGroup;
  const ends = columnEnds(metadata, end);
  const ranges = group.chunks.map(({ start }) => ({ start, end: ends.get(start) as number }));
  const bytes = { ranges, windowBytes, read: input.read };
  const take = await openRowGroup(group, bytes, {
    ...describeColumns(metadata),
    widened: new Set(),
  });
  const frames: Frame[] = [];
  for (let at = 0; at < group.rowCount; at += chunkRows) {
    const { table } = await take(Math.min(chunkRows, group.rowCount - at));
    frames.push(table);
  }
  return frames;
}

describe('a row group that is read page by page', () => {
  it.each(
    Array.from({ length: FILES }, (_, at) => at),
  )('has the rows and types that it has when it is read whole: file %d', async (number) => {
    const path = join(folder, `${number}.parquet`);
    const whole = parseParquet(readFileSync(path), { decompress });
    const windowBytes = [1, 50, 700, 2 ** 20][number % 4] as number;
    const chunkRows = [1, 8, 333, 5000][(number >> 2) % 4] as number;

    const frames = await pageByPage(path, windowBytes, chunkRows);

    expect(frames.length).toBe(Math.ceil(whole.rowCount / chunkRows));
    for (const [at, frame] of frames.entries()) {
      const from = at * chunkRows;
      const expected = sliceFrame(whole, from, Math.min(from + chunkRows, whole.rowCount));
      expect(frame.columns).toEqual(expected.columns);
    }
  });
});
