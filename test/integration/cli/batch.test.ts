import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchManifest } from '../../../src/batch/batch-manifest.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { createRandom } from '../../interop/random.ts';

const COLUMNS = [
  ...['alcohol', 'malic_acid', 'ash', 'alcalinity_of_ash', 'magnesium', 'total_phenols'],
  ...['flavanoids', 'nonflavanoid_phenols', 'proanthocyanins', 'color_intensity', 'hue'],
  ...['od280/od315_of_diluted_wines', 'proline'],
];
const WINE = ['-m', 'models:/wine@champion', '--registry-uri', 'examples/registry'];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cli-batch-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const random = createRandom(11);
const makeRows = (count: number): number[][] =>
  Array.from({ length: count }, () => COLUMNS.map(() => Math.round(random.next() * 2e5) / 1e4));

function put(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

async function score(input: string, ...more: string[]) {
  const args = ['batch', ...WINE, '-i', input, '-o', join(root, 'out'), '--json', ...more];
  const { exitCode, stdout, stderr } = await runCli(args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const manifest = JSON.parse(stdout) as BatchManifest;
  const folder = readdirSync(join(root, 'out'), { recursive: true, encoding: 'utf8' }).find(
    (path) => path.endsWith(manifest.job),
  ) as string;
  return { manifest, folder, text: (name: string) => readOutput(folder, name) };
}

function readOutput(folder: string, name: string): string {
  const bytes = readFileSync(join(root, 'out', folder, name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

/** What the endpoint answers for the same rows. */
async function answered(rows: readonly (readonly number[])[]): Promise<unknown[]> {
  const body = JSON.stringify({ dataframe_split: { columns: COLUMNS, data: rows } });
  const { stdout } = await runCli(['predict', ...WINE], { stdin: body });
  return JSON.parse(stdout).predictions;
}

describe('batch', () => {
  it.each([
    'rows.jsonl',
    'rows.jsonl.gz',
  ])('answers each line of %s as the endpoint answers the row', async (name) => {
    const rows = makeRows(250);
    const lines = rows.map((row) =>
      JSON.stringify(Object.fromEntries(row.map((cell, at) => [COLUMNS[at], cell]))),
    );

    const { manifest, text } = await score(
      put(name, `${lines.join('\n')}\n`),
      '--no-inputs',
      ...['--chunk-rows', '60'],
    );

    const found = text(`predictions.jsonl${name.endsWith('.gz') ? '.gz' : ''}`)
      .trimEnd()
      .split('\n');
    expect(found.map((line) => JSON.parse(line))).toEqual(await answered(rows));
    expect(manifest.rows).toEqual({ in: 250, out: 250, refused: 0 });
  });

  it.each([
    'rows.csv',
    'rows.csv.gz',
  ])('keeps the rows of %s byte by byte, predictions behind them, and accounts for those refused', async (name) => {
    const rows = makeRows(100);
    const lines = rows.map((row) => row.map((cell) => cell.toFixed(4)).join(','));
    lines.splice(30, 0, lines[0]?.replace(/^[^,]+/, 'none') as string);
    lines.splice(70, 0, `${lines[0]},1`);
    const text = `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;

    const result = await score(
      put(name, text),
      ...['--chunk-rows', '16', '--max-refused-ratio', '0.05'],
    );

    expect(result.manifest.rows).toEqual({ in: 102, out: 100, refused: 2 });
    const found = result
      .text(`predictions.csv${name.endsWith('.gz') ? '.gz' : ''}`)
      .trimEnd()
      .split('\r\n');
    const kept = lines.filter((_, at) => at !== 30 && at !== 70);
    expect(found.slice(1).map((line, at) => line.startsWith(`${kept[at]},`))).toEqual(
      kept.map(() => true),
    );
    const labels = found
      .slice(1)
      .map((line) => Number(line.slice((kept[0]?.length ?? 0) - 20).match(/,(\d+),"/)?.[1]));
    expect(labels).toEqual(
      (await answered(rows)).map((answer) => Object.values(answer as object)[0]),
    );
    const errors = result
      .text('errors.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(errors).toMatchObject([
      { row: 30, column: 'alcohol', rule: 'BAD_REQUEST', record: { alcohol: 'none' } },
      { row: 70, rule: 'BAD_REQUEST' },
    ]);
  });

  it('refuses lines that are no object, and those that only together would be one', async () => {
    const row = JSON.stringify(Object.fromEntries(COLUMNS.map((name) => [name, 1])));
    const half = row.indexOf(',');
    const lines = [row, '7', row.slice(0, half), row.slice(half), `${row},${row}`, row, '[1]'];

    const input = put('lines.jsonl', lines.join('\n'));
    const { manifest, text } = await score(input, '--max-refused-ratio', '1');

    expect(manifest.rows).toEqual({ in: 7, out: 2, refused: 5 });
    const errors = text('errors.jsonl').trimEnd().split('\n');
    expect(errors.map((line) => JSON.parse(line).row)).toEqual([1, 2, 3, 4, 6]);
  });

  it('writes Parquet, and reads it: the same rows, the same answers', async () => {
    const rows = makeRows(200);
    const lines = rows.map((row) => row.join(','));
    const input = put('rows.csv', `${[COLUMNS.join(','), ...lines].join('\n')}\n`);

    const first = await score(input, '--output-format', 'parquet', ...['--chunk-rows', '70']);
    const folder = join(root, 'out', first.folder);
    const args = ['--output-format', 'jsonl', '--no-inputs', '-o', join(root, 'again')];
    const again = await runCli([
      'batch',
      ...WINE,
      '-i',
      join(folder, 'predictions.parquet'),
      ...args,
    ]);

    expect(again.exitCode).toBe(0);
    const [name] = readdirSync(join(root, 'again'), { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('predictions.jsonl'),
    );
    const found = readFileSync(join(root, 'again', name as string), 'utf8')
      .trimEnd()
      .split('\n');
    expect(found.map((line) => JSON.parse(line))).toEqual(await answered(rows));
  });

  it('writes the same bytes with threads as without', async () => {
    const lines = makeRows(3_000).map((row) => row.join(','));
    lines[1_234] = lines[1_234]?.replace(/^[^,]+/, 'none') as string;
    const input = put('rows.csv', `${[COLUMNS.join(','), ...lines].join('\n')}\n`);
    const options = ['--chunk-rows', '100', '--max-refused-ratio', '0.1'];

    const one = await score(input, ...options, '-w', '1');
    const [text, errors] = [one.text('predictions.csv'), one.text('errors.jsonl')];
    rmSync(join(root, 'out'), { recursive: true });
    const three = await score(input, ...options, '-w', '3');

    expect(three.text('predictions.csv')).toBe(text);
    expect(three.text('errors.jsonl')).toBe(errors);
    expect(three.manifest.rows).toEqual({ in: 3_000, out: 2_999, refused: 1 });
  });

  it.each(['body.json', 'body.json.gz'])('answers %s as the endpoint does', async (name) => {
    const rows = makeRows(20);
    const body = JSON.stringify({ dataframe_split: { columns: COLUMNS, data: rows } });

    const { manifest, text } = await score(put(name, body));

    const { stdout } = await runCli(['predict', ...WINE], { stdin: body });
    expect(text(`predictions.json${name.endsWith('.gz') ? '.gz' : ''}`)).toBe(stdout);
    expect(manifest.rows).toEqual({ in: 20, out: 20, refused: 0 });
  });

  it('does a job once, and says when too many rows are refused', async () => {
    const good = put('good.csv', `${COLUMNS.join(',')}\n${makeRows(1)[0]?.join(',')}\n`);
    const bad = put('bad.csv', `${COLUMNS.join(',')}\n${COLUMNS.map(() => 'x').join(',')}\n`);

    const { manifest } = await score(good);
    const again = await score(good);
    const refused = await runCli(['batch', ...WINE, '-i', bad, '-o', join(root, 'out')]);

    expect(again.manifest).toEqual(manifest);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/1 of 1 rows were refused.*errors\.jsonl says which and why/);
  });

  it('scores a file without rows', async () => {
    const { manifest } = await score(put('none.csv', `${COLUMNS.join(',')}\n`));

    expect(manifest.rows).toEqual({ in: 0, out: 0, refused: 0 });
  });

  it.each([
    { name: 'a file that is not there', input: 'absent.csv', says: /absent\.csv/ },
    { name: 'a name that says no format', input: 'rows.xlsx', says: /says no format/ },
    { name: 'a file without a header', input: 'empty.csv', says: /expected a header line/ },
    { name: 'a body that is refused', input: 'bad.json', says: /column "alcohol"|alcohol/ },
    { name: 'a gzip that is cut off', input: 'cut.csv.gz', says: /no gzip, or it is cut off/ },
  ])('says in one line what is wrong: $name', async ({ input, says }) => {
    put('rows.xlsx', 'x');
    put('empty.csv', '');
    put('bad.json', '{"dataframe_records": [{"alcohol": "x"}]}');
    writeFileSync(join(root, 'cut.csv.gz'), gzipSync('a,b\n1,2\n').subarray(0, 15));

    const { exitCode, stdout, stderr } = await runCli([
      ...['batch', ...WINE, '-i', join(root, input), '-o', join(root, 'out')],
    ]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr.trimEnd().split('\n').length).toBe(1);
  });
});
