import { isDatetimeDtype, isFloatDtype, isIntegerDtype, objectCells } from '../../model/cells.ts';
import { NAT } from '../../model/datetime.ts';
import type { Dtype, Storage } from '../../model/dtype.ts';
import type { PyValue } from '../../model/py-value.ts';
import { allocate } from '../../model/storage.ts';
import { nsPerUnit } from '../../model/time-units.ts';
import { CastError } from '../cast-error.ts';
import { floatToInteger, int64ToFloat32 } from './float-integer.ts';
import { type StoredCell, setItem } from './set-item.ts';

/**
 * numpy's `astype` between arrays: integers wrap around, floats are cut, nothing is checked, but
 * Python objects are stored one by one as `setItem` does.
 *
 * Shapes: [n] cells in, [n] cells out; the same storage when the dtype already fits.
 *
 * @throws {CastError} when an object does not convert
 */
export function castStorage(from: Dtype, data: Storage, to: Dtype, nowMs?: number): Storage {
  if (from === to) return data;
  if (isNumber(from) && isNumber(to)) return castNumbers(from, data, to);
  if ((to === 'str' || to === 'bytes') && (from === 'float32' || from === 'float16')) {
    return storeAll(narrowDigits(from, data as Float32Array), to);
  }
  const cells = objectCells(from, data);
  if (to === 'object') return cells;
  if (isDatetimeDtype(from) && isDatetimeDtype(to)) return rescale(from, data, to);
  if (isNumber(from) && isDatetimeDtype(to)) {
    return castNumbers(from, data, 'int64');
  }
  return storeAll(cells, to, nowMs);
}

/** Store Python objects in fresh cells of a dtype, one by one. */
export function storeAll(cells: readonly PyValue[], to: Dtype, nowMs?: number): Storage {
  const store = setItem(to, nowMs);
  const out = allocate(to, cells.length) as StoredCell[];
  for (let i = 0; i < cells.length; i++) {
    try {
      out[i] = store(cells[i] as PyValue);
    } catch (error) {
      throw error instanceof CastError ? new CastError(error.message, i) : error;
    }
  }
  return out as Storage;
}

/** Doubles with the fewest digits that narrow floats are read back from: text shows no more. */
function narrowDigits(from: 'float32' | 'float16', cells: Float32Array): number[] {
  const round = from === 'float32' ? Math.fround : Math.f16round;
  return Array.from(cells, (cell) => {
    for (let digits = 1; digits < 9; digits++) {
      const short = Number(cell.toPrecision(digits));
      if (round(short) === cell) return short;
    }
    return cell;
  });
}

const isNumber = (dtype: Dtype): boolean =>
  dtype === 'bool' || isIntegerDtype(dtype) || isFloatDtype(dtype);

const isBig = (dtype: Dtype): boolean => dtype === 'int64' || dtype === 'uint64';

function castNumbers(from: Dtype, data: Storage, to: Dtype): Storage {
  const out = allocate(to, data.length) as StoredCell[];
  const convert = numberConverter(from, to);
  for (let i = 0; i < data.length; i++) out[i] = convert(data[i] as never);
  return out as Storage;
}

function numberConverter(from: Dtype, to: Dtype): (cell: never) => StoredCell {
  if (to === 'bool') return (cell) => Number(Boolean(cell) || Number.isNaN(cell));
  if (isFloatDtype(to)) return isBig(from) ? bigToFloat(to) : (cell) => Number(cell);
  if (isFloatDtype(from)) return floatToInteger(to);
  if (isBig(to)) return (cell) => BigInt(cell);
  return isBig(from) ? (cell) => Number(BigInt.asIntN(32, cell)) : (cell) => cell;
}

function bigToFloat(to: Dtype): (cell: bigint) => number {
  if (to === 'float32') return int64ToFloat32;
  // numpy goes through float32 on its way to float16.
  return to === 'float16' ? (cell) => int64ToFloat32(cell) : Number;
}

function rescale(from: Dtype, data: Storage, to: Dtype): Storage {
  const source = nsPerUnit(from) ?? 1n;
  const target = nsPerUnit(to) ?? 1n;
  return BigInt64Array.from(data as BigInt64Array, (count) => {
    if (count === NAT) return NAT;
    const ns = count * source;
    return (ns - (((ns % target) + target) % target)) / target;
  });
}
