import { execFileSync } from 'node:child_process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createRandom } from '../../interop/random.ts';
import { parquetRows } from './parquet-rows.ts';
import { COLUMNS } from './stand.ts';

export type Rows = readonly (readonly number[])[];

/** What each feature of the example model lies between, about; so that rows are of every class. */
const RANGES: readonly (readonly [number, number])[] = [
  ...([
    [11, 15],
    [0.7, 5.8],
    [1.3, 3.3],
    [10, 30],
    [70, 162],
    [0.9, 3.9],
  ] as const),
  ...([
    [0.3, 5.1],
    [0.1, 0.7],
    [0.4, 3.6],
    [1.2, 13],
    [0.4, 1.8],
    [1.2, 4],
    [278, 1680],
  ] as const),
];

export function wineRows(count: number, seed = 7): Rows {
  const random = createRandom(seed);
  const cell = ([low, high]: readonly [number, number]): number =>
    Number((low + random.next() * (high - low)).toFixed(3));
  return Array.from({ length: count }, () => RANGES.map(cell));
}

export const csvOf = (rows: Rows, lineEnd = '\n'): string =>
  [COLUMNS, ...rows].map((cells) => `${cells.join(',')}${lineEnd}`).join('');

export const jsonLinesOf = (rows: Rows): string =>
  rows
    .map((row) => `${JSON.stringify(Object.fromEntries(row.map((c, i) => [COLUMNS[i], c])))}\n`)
    .join('');

export const bodyOf = (data: Rows): string =>
  JSON.stringify({ dataframe_split: { columns: COLUMNS, data } });

/** Apache Arrow's, in the interop environment: not our own writer. */
export const parquetOf = (rows: Rows, compression: string): Buffer =>
  python(['write', compression], bodyOf(rows));

/** Each way a file of rows can be written, by the end of its name. */
export const FORMATS: Readonly<Record<string, (rows: Rows) => string | Buffer>> = {
  '.csv': (rows) => csvOf(rows),
  '-crlf.csv': (rows) => csvOf(rows, '\r\n'),
  '.csv.gz': (rows) => gzipSync(csvOf(rows)),
  '.jsonl': jsonLinesOf,
  '.jsonl.gz': (rows) => gzipSync(jsonLinesOf(rows)),
  '-snappy.parquet': (rows) => parquetOf(rows, 'snappy'),
  '-zstd.parquet': (rows) => parquetOf(rows, 'zstd'),
  '-gzip.parquet': (rows) => parquetOf(rows, 'gzip'),
  '.json': bodyOf,
  '.json.gz': (rows) => gzipSync(bodyOf(rows)),
};

/** The predictions in a file of results, in the order of its rows, as the endpoint gives them. */
export function predictionsIn(name: string, bytes: Buffer): unknown[] {
  const text = () => (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  if (/\.json(\.gz)?$/.test(name)) return JSON.parse(text()).predictions;
  if (name.endsWith('.parquet')) {
    const rows: Prediction[] = JSON.parse(python(['read'], bytes).toString());
    return rows.map((row) => ({
      output_label: row.output_label,
      output_probability: JSON.parse(String(row.output_probability)),
    }));
  }
  const lines = text()
    .split('\n')
    .filter((line) => line !== '');
  return /\.jsonl/.test(name) ? lines.map(fromJsonLine) : lines.slice(1).map(fromCsvLine);
}

interface Prediction {
  readonly output_label: number;
  readonly output_probability: unknown;
}

function fromJsonLine(line: string): Prediction {
  const { output_label, output_probability } = JSON.parse(line) as Prediction;
  return { output_label, output_probability };
}

/** The last two columns; the second of them is JSON in quotes. */
function fromCsvLine(line: string): Prediction {
  const [, label, probability = ''] = /,(\d+),"(.*)"\r?$/.exec(line) ?? [];
  return {
    output_label: Number(label),
    output_probability: JSON.parse(probability.replaceAll('""', '"')),
  };
}

const python = (args: readonly string[], input: string | Buffer): Buffer =>
  execFileSync(...parquetRows(...args), { input, maxBuffer: 2 ** 28 });
