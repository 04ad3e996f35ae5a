import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchManifest } from '../../../src/batch/batch-manifest.ts';
import { csvOf, wineRows } from './wine-rows.ts';

const ROWS = 20_000;
/** A file of tmpfs takes whole pages. */
const PAGE = 4096;
const pages = (bytes: number): number => Math.ceil(bytes / PAGE) * PAGE;

let work: string;
/** What a disk with room has afterwards. */
let predictions: Buffer;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'full-disk-'));
  writeFileSync(join(work, 'rows.csv'), csvOf(wineRows(ROWS)));
  const { later } = await scoreTwice('room', 2 ** 26);
  predictions = readFileSync(later.path('predictions.csv'));
}, 60_000);
afterAll(() => rmSync(work, { recursive: true }));

/**
 * The same command twice, on a disk of its own that has room for so many bytes, and then for more. Of the first run, what it
 * said and what it left; of the second, also the files.
 */
const SCRIPT = `
disk=$1 notes=$2 bytes=$3; shift 3
mount -t tmpfs -o "size=$bytes" tmpfs "$disk" || exit 99
"$@" >"$notes/1.out" 2>"$notes/1.err"; echo $? >"$notes/1.code"
find "$disk" -type f >"$notes/1.files"
mount -o remount,size=64m "$disk" || exit 99
"$@" >"$notes/2.out" 2>"$notes/2.err"; echo $? >"$notes/2.code"
cp -r "$disk/." "$notes/disk"
`;

async function scoreTwice(name: string, bytes: number) {
  const [disk, notes] = [join(work, `${name}-disk`), join(work, name)];
  mkdirSync(disk);
  mkdirSync(join(notes, 'disk'), { recursive: true });
  const command = [process.execPath, 'src/cli/main.ts', 'batch', '-m', 'models:/wine@champion']
    .concat(['--registry-uri', 'examples/registry', '-i', join(work, 'rows.csv')])
    .concat(['-o', disk, '--json']);
  const child = spawn(
    'unshare',
    ['--mount', 'sh', '-c', SCRIPT, 'sh', disk, notes, String(bytes), ...command],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  expect((await once(child, 'exit'))[0]).toBe(0);
  const read = (file: string) => readFileSync(join(notes, file), 'utf8');
  const outcome = (run: 1 | 2) => ({
    exitCode: Number(read(`${run}.code`)),
    stdout: read(`${run}.out`),
    stderr: read(`${run}.err`),
  });
  const left = read('1.files').trim();
  const { job } = JSON.parse(read('2.out')) as BatchManifest;
  const folder = join(notes, 'disk/rows.csv', job);
  return {
    first: { ...outcome(1), files: left === '' ? [] : left.split('\n') },
    later: {
      ...outcome(2),
      files: readdirSync(folder),
      path: (file: string) => join(folder, file),
    },
  };
}

describe('a disk that is full', () => {
  it.each([
    ['from the start', () => PAGE, 'predictions.csv', []],
    ['after a megabyte', () => 2 ** 20, 'predictions.csv', []],
    ['at the last page', () => pages(predictions.length), 'predictions.csv', []],
    // The claim has a page, too. What is whole may stay: the next run finds it.
    ['at the end', () => pages(predictions.length) + PAGE, '_manifest.json', ['predictions.csv']],
  ])('%s is said, and leaves nothing half; with room, the same command scores every row', async (when, size, at, left) => {
    const { first, later } = await scoreTwice(when.replaceAll(' ', '-'), size());

    expect(first).toMatchObject({ exitCode: 1, stdout: '' });
    expect(first.stderr).toMatch(/^mlflow-serverless: the disk is full at \S+\n$/);
    expect(basename(first.stderr.trim())).toBe(at);
    expect(first.files.map((file) => basename(file))).toEqual(left);
    expect(later).toMatchObject({ exitCode: 0, stderr: '' });
    const { rows, outputs } = JSON.parse(later.stdout) as BatchManifest;
    expect(rows).toEqual({ in: ROWS, out: ROWS, refused: 0 });
    expect(later.files.toSorted()).toEqual(['_manifest.json', 'predictions.csv']);
    expect(outputs.map(({ path }) => path)).toEqual(['predictions.csv']);
    expect(readFileSync(later.path('predictions.csv')).equals(predictions)).toBe(true);
  });
});
