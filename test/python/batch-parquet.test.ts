import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import type { BatchManifest } from '../../src/batch/batch-manifest.ts';
import { jobFolder } from '../../src/batch/job/output-names.ts';
import { runCli } from '../helpers/run-cli.ts';

const NAMES = [
  ...['snappy', 'zstd', 'gzip', 'brotli', 'lz4', 'none', 'plain', 'page-v2', 'small-pages'],
  ...['row-groups', 'late-nulls', 'no-statistics', 'statistics', 'int96', 'version-1', 'split'],
  ...['other-types', 'categories', 'pandas', 'pandas-nullable', 'pandas-index', 'pandas-range'],
  'nothing',
];
/** In Parquet, dates of `other-types` become timestamps, and categories texts. */
const SAME_IN_PARQUET = NAMES.filter((name) => !['other-types', 'categories'].includes(name));

const folder = mkdtempSync(join(tmpdir(), 'batch-parquet-'));
const python = join(ensurePythonEnvironment(), 'python');
const model = join(folder, 'model');

const run = (args: string[]): string =>
  execFileSync(python, args, { encoding: 'utf8', maxBuffer: 2 ** 26, stdio: 'pipe' });
let written: string[];
const outputs = new Map<string, string>();

/** All files, each scored into lines of JSON and into Parquet; chunks are neither row groups nor pages. */
beforeAll(async () => {
  const printed = run(['test/python/write_parquet.py', folder]);
  written = JSON.parse(printed.trim().split('\n').at(-1) as string);
  for (const format of ['jsonl', 'parquet']) {
    const places = ['-i', join(folder, 'files'), '-o', join(folder, format), '--workers', '2'];
    const options = ['--output-format', format, '--chunk-rows', '300', '--json'];
    const { stdout, stderr } = await runCli(['batch', '-m', model, ...places, ...options]);
    if (stdout === '') throw new Error(stderr);
    for (const { input, job, outputs: files } of JSON.parse(stdout) as BatchManifest[]) {
      const file = input.uri.slice(input.uri.lastIndexOf('/') + 1);
      const path = join(folder, format, jobFolder(file, job), files[0]?.path ?? '');
      outputs.set(`${file} as ${format}`, path);
    }
  }
  run([
    'test/python/parquet_rows.py',
    ...[...outputs.values()].filter((path) => /parquet$/.test(path)),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `NaN` is bare, and integers are longer than a double holds: numbers are compared as they are written. */
const rowsIn = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line.replace(/(?<=: )(NaN|-?[\d.e+-]+)(?=[,}])/g, '"number $1"')));

const expectedRows = (name: string): unknown[] =>
  rowsIn(readFileSync(join(folder, `${name}.rows`), 'utf8'));

describe('a Parquet file of pyarrow or pandas', () => {
  it('is one of these', () => expect(new Set(written)).toEqual(new Set(NAMES)));

  it.each(NAMES)('is kept as pandas reads it, with predictions behind it: %s', (name) => {
    const text = readFileSync(outputs.get(`${name}.parquet as jsonl`) ?? '', 'utf8');

    expect(rowsIn(text)).toEqual(expectedRows(name));
  });

  it.each(SAME_IN_PARQUET)('is written as Parquet that pandas reads the same: %s', (name) => {
    const text = readFileSync(`${outputs.get(`${name}.parquet as parquet`)}.rows`, 'utf8');

    expect(rowsIn(text)).toEqual(expectedRows(name));
  });

  it.each(['list', 'struct', 'map'])('is refused when a column is nested: %s', async (kind) => {
    const input = join(folder, 'nested', `${kind}.parquet`);

    const places = ['-i', input, '-o', join(folder, 'refused')];
    const { exitCode, stderr } = await runCli(['batch', '-m', model, ...places]);

    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(`the column "my ${kind}" is nested; expected one value in each cell`);
  });
});
