import { badRequest } from '../../../errors.ts';
import type { NativeTensor } from '../native-runtime.ts';
import type { NumericCells } from './numeric-cells.ts';

/** Types of a graph's input that numbers can go to. */
export type NumberType = Exclude<NativeTensor['type'], 'string'>;

/** Zeroed cells for an input; ORT's binding wants halves as uint16. */
const ALLOCATE = {
  bool: (n: number) => new Uint8Array(n),
  int8: (n: number) => new Int8Array(n),
  int16: (n: number) => new Int16Array(n),
  int32: (n: number) => new Int32Array(n),
  int64: (n: number) => new BigInt64Array(n),
  uint8: (n: number) => new Uint8Array(n),
  uint16: (n: number) => new Uint16Array(n),
  uint32: (n: number) => new Uint32Array(n),
  uint64: (n: number) => new BigUint64Array(n),
  float16: (n: number) => new Float16Array(n),
  float32: (n: number) => new Float32Array(n),
  float64: (n: number) => new Float64Array(n),
} as const satisfies Record<NumberType, (n: number) => NumericCells>;

export const allocateNumbers = (type: NumberType, length: number): NumericCells =>
  ALLOCATE[type](length);

/** A tensor of these cells. */
export function numberTensor(
  type: NumberType,
  dims: readonly number[],
  cells: NumericCells,
): NativeTensor {
  const data =
    cells instanceof Float16Array
      ? new Uint16Array(cells.buffer, cells.byteOffset, cells.length)
      : cells;
  return { type, dims, data, location: 'cpu' };
}

/**
 * Write cells to positions first, first + step, … of a tensor's storage, cast as numpy's `astype`.
 *
 * Fractions are no integers here: numpy would cut them off, but what trained on integers compares.
 *
 * @throws {ServingError} BAD_REQUEST for a fraction, NaN or infinity where the graph takes integers
 */
export function writeNumbers(
  type: NumberType,
  cells: NumericCells,
  out: NumericCells,
  first: number,
  step: number,
  where: string,
): void {
  if (type === 'float32' || type === 'float64') {
    const floats = out as Float64Array | Float32Array;
    if (cells instanceof Float64Array) spreadDoubles(cells, floats, first, step);
    else if (cells instanceof BigInt64Array) spreadInt64(cells, floats, first, step);
    else spread(cells, floats, first, step);
  } else if (type === 'bool') {
    for (let row = 0, at = first; row < cells.length; row++, at += step) {
      out[at] = Number(cells[row]) === 0 ? 0 : 1;
    }
  } else if (type === 'float16') {
    spread(cells, out as Float16Array, first, step);
  } else spreadIntegers(cells, out, first, step, where);
}

/** For float64 alone, so that the usual frame runs monomorphic code. */
function spreadDoubles(
  cells: Float64Array,
  out: Float64Array | Float32Array,
  first: number,
  step: number,
): void {
  for (let row = 0, at = first; row < cells.length; row++, at += step) {
    out[at] = cells[row] as number;
  }
}

/** Reads halves of 32 bits: reading bigints takes 30 times as long. Rounds to float64 as C's cast does. */
function spreadInt64(
  { buffer, byteOffset, length }: BigInt64Array,
  out: Float64Array | Float32Array,
  first: number,
  step: number,
): void {
  const low = new Uint32Array(buffer, byteOffset, 2 * length);
  const high = new Int32Array(buffer, byteOffset, 2 * length);
  for (let row = 0, at = first; row < length; row++, at += step) {
    out[at] = (high[2 * row + 1] as number) * 2 ** 32 + (low[2 * row] as number);
  }
}

function spread(
  cells: NumericCells,
  out: Float64Array | Float32Array | Float16Array,
  first: number,
  step: number,
): void {
  for (let row = 0, at = first; row < cells.length; row++, at += step) out[at] = Number(cells[row]);
}

function spreadIntegers(
  cells: NumericCells,
  out: NumericCells,
  first: number,
  step: number,
  where: string,
): void {
  const isBig = out instanceof BigInt64Array || out instanceof BigUint64Array;
  for (let row = 0, at = first; row < cells.length; row++, at += step) {
    const cell = cells[row] as number | bigint;
    if (typeof cell === 'number' && !Number.isInteger(cell)) {
      throw badRequest(`${where}, row ${row}: the model takes whole numbers`);
    }
    if (isBig) out[at] = BigInt(cell);
    else out[at] = Number(cell);
  }
}
