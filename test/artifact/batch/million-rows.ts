import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip, createGzip } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { linearModel } from '../../helpers/tiny-onnx.ts';
import { NAMES, WIDTH } from './large-rows.ts';
import { parquetRows } from './parquet-rows.ts';

export const MILLION = 1_000_000;
/** Rows that are made into text at once. */
const BLOCK = 5_000;

/** The first cell is the number of the row; the others have up to five decimals, and no two columns or rows are alike. */
export const cellAt = (row: number, column: number): number =>
  column === 0
    ? row
    : (((row * 2_654_435_761 + column * 1_234_567) % 20_000_001) - 10_000_000) / 100_000;

export const rowAt = (row: number): number[] => NAMES.map((_, column) => cellAt(row, column));

/** 1,000,000 rows of 20 doubles, made while they are read. */
export function millionRows(end: string): Readable {
  if (end === 'parquet') {
    const child = spawn(...parquetRows('million', String(MILLION), ...NAMES), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return child.stdout;
  }
  const text = Readable.from(end.startsWith('csv') ? csv() : jsonLines(), { objectMode: false });
  return end.endsWith('.gz') ? text.pipe(createGzip({ level: 1 })) : text;
}

function* csv(): Generator<string> {
  yield `${NAMES.join(',')}\n`;
  yield* blocks((row) => `${rowAt(row).join(',')}\n`);
}

const jsonLines = (): Generator<string> =>
  blocks((row) => `{${NAMES.map((name, i) => `"${name}":${cellAt(row, i)}`).join(',')}}\n`);

function* blocks(lineOf: (row: number) => string): Generator<string> {
  for (let from = 0; from < MILLION; from += BLOCK) {
    yield Array.from({ length: BLOCK }, (_, i) => lineOf(from + i)).join('');
  }
}

/** What ONNX Runtime answers when it is asked without us. */
export async function answersOfRuntime(): Promise<Float32Array> {
  const cells = new Float32Array(MILLION * WIDTH);
  for (let row = 0; row < MILLION; row += 1) {
    for (let i = 0; i < WIDTH; i += 1) cells[row * WIDTH + i] = cellAt(row, i);
  }
  const session = await InferenceSession.create(linearModel(WIDTH));
  const { Y } = await session.run({ X: new Tensor('float32', cells, [MILLION, WIDTH]) });
  await session.release();
  return Y?.data as Float32Array;
}

/** First cell and answer of each row of a file of results. */
export interface Ends {
  readonly first: Float64Array;
  readonly last: Float64Array;
}

export async function endsOf(end: string, content: Readable): Promise<Ends> {
  if (end === 'parquet') {
    const input = await buffer(content);
    const { buffer: bytes } = Uint8Array.from(
      execFileSync(...parquetRows('ends'), { input, maxBuffer: 2 ** 28 }),
    );
    const both = new Float64Array(bytes);
    return { first: both.slice(0, both.length / 2), last: both.slice(both.length / 2) };
  }
  const text = end.endsWith('.gz') ? content.pipe(createGunzip()) : content;
  const [before, at] = end.startsWith('csv') ? ['', ','] : ['{"x00":', ':'];
  const [first, last]: [number[], number[]] = [[], []];
  for await (const line of createInterface({ input: text })) {
    first.push(Number.parseFloat(line.slice(before.length, before.length + 20)));
    last.push(Number.parseFloat(line.slice(line.lastIndexOf(at) + 1)));
  }
  const from = end.startsWith('csv') ? 1 : 0; // behind the header
  return { first: Float64Array.from(first.slice(from)), last: Float64Array.from(last.slice(from)) };
}
