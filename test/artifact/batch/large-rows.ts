import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { onnxModelFiles, publishedObjects } from '../../helpers/published-model.ts';
import { linearModel } from '../../helpers/tiny-onnx.ts';
import { createRandom } from '../../interop/random.ts';
import { parquetRows } from './parquet-rows.ts';

export const WIDTH = 20;
export const NAMES = Array.from({ length: WIDTH }, (_, i) => `x${String(i).padStart(2, '0')}`);
/** Of rows that differ but for the first cell, which is the number of the row. */
const PERIOD = 5_000;

/** Y = 1·x00 + 2·x01 + … in float32, of 20 columns of doubles, as objects of a published registry. */
export function largeModel(): Map<string, Buffer> {
  const inputs = NAMES.map((name) => ({ type: 'double', name, required: true }));
  const files = onnxModelFiles(linearModel(WIDTH));
  const signature = `signature:\n  inputs: '${JSON.stringify(inputs)}'\n`;
  return publishedObjects('large', 1, { ...files, MLmodel: `${files['MLmodel']}${signature}` });
}

export interface LargeFile {
  readonly rowCount: number;
  readonly stream: Readable;
}

/** A file of about this size before it is compressed, made while it is read. */
export function largeFile(end: string, sizeBytes: number): LargeFile {
  if (end === 'parquet') return largeParquet(Math.ceil(sizeBytes / (8 * WIDTH)));
  const encode = end.startsWith('csv') ? csvLine : jsonLine;
  const tails = tailsOf();
  const header = end.startsWith('csv') ? `${NAMES.join(',')}\n` : '';
  const rowCount = Math.ceil(sizeBytes / encode(0, tails[0] ?? []).length);
  const stream = Readable.from(texts(), { objectMode: false });
  return { rowCount, stream: end.endsWith('.gz') ? stream.pipe(createGzip({ level: 1 })) : stream };

  function* texts(): Generator<string> {
    yield header;
    const makers = tails.map((tail) => {
      const line = encode(0, tail);
      const at = line.indexOf('0');
      const [before, after] = end.startsWith('csv') ? ['', line.slice(at + 1)] : splitJson(line);
      return (row: number) => `${before}${row}${after}`;
    });
    for (let from = 0; from < rowCount; from += PERIOD) {
      const count = Math.min(PERIOD, rowCount - from);
      yield makers
        .slice(0, count)
        .map((make, i) => make(from + i))
        .join('');
    }
  }
}

/** What the model answers to a row: in doubles, so a little more exact than it. */
export function expectedAnswer(row: number, tails: readonly (readonly number[])[]): number {
  const tail = tails[row % PERIOD] ?? [];
  return tail.reduce((sum, cell, i) => sum + (i + 2) * cell, row);
}

/** The cells after the first. */
export function tailsOf(): number[][] {
  const random = createRandom(20);
  const cell = () => Number((random.next() * 200 - 100).toFixed(5));
  return Array.from({ length: PERIOD }, () => Array.from({ length: WIDTH - 1 }, cell));
}

const csvLine = (row: number, tail: readonly number[]): string => `${[row, ...tail].join(',')}\n`;

const jsonLine = (row: number, tail: readonly number[]): string =>
  `${JSON.stringify(Object.fromEntries([row, ...tail].map((cell, i) => [NAMES[i], cell])))}\n`;

function splitJson(line: string): [string, string] {
  const before = `{"${NAMES[0]}":`;
  return [before, line.slice(before.length + 1)];
}

/** Apache Arrow's; row groups of a million rows, of numbers that do not compress. */
function largeParquet(rowCount: number): LargeFile {
  const child = spawn(...parquetRows('large', String(rowCount), ...NAMES), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { rowCount, stream: child.stdout };
}
