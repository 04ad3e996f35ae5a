import { NAT } from '../../model/datetime.ts';
import type { Dtype, DtypeStorage } from '../../model/dtype.ts';
import type { PyValue } from '../../model/py-value.ts';
import { isoText } from '../iso-text.ts';
import { jsonString, pythonFloat } from '../python-text.ts';
import { encodeBytes } from './encode-bytes.ts';
import { notSerialisable } from './not-serialisable.ts';

/** Cells and what they are; the array and the column of a frame have both. */
export type ArrayCells = {
  [D in Dtype]: { readonly dtype: D; readonly data: DtypeStorage[D] };
}[Dtype];

/** Nanoseconds in one unit of each datetime64. */
const NS_BY_UNIT = {
  'datetime64[D]': 86_400_000_000_000n,
  'datetime64[s]': 1_000_000_000n,
  'datetime64[ms]': 1_000_000n,
  'datetime64[us]': 1000n,
  'datetime64[ns]': 1n,
  'datetime64[tz]': 1n,
} as const;

/** First and last moment that Python's datetime can hold: years 1 to 9999. Units: ns since 1970. */
const MIN_DATETIME = -62_135_596_800_000_000_000n;
const MAX_DATETIME = 253_402_300_800_000_000_000n;

/** Writes the cell at an index. */
export type CellText = (index: number) => string;

/** Writes a Python object; handed in, because objects hold arrays and arrays objects. */
export type ObjectText = (value: PyValue) => string;

/** How to write a cell as an entry of `ndarray.tolist()`. */
export function arrayCellText(cells: ArrayCells, objectText: ObjectText): CellText {
  switch (cells.dtype) {
    case 'datetime64[ns]':
    case 'timedelta64[ns]':
      return textOf(cells.data, (ns) => (ns === NAT ? 'null' : `${ns}`));
    case 'datetime64[D]':
    case 'datetime64[s]':
    case 'datetime64[ms]':
    case 'datetime64[us]': {
      const { dtype } = cells;
      return textOf(cells.data, (count) => coarseDate(count, dtype));
    }
    default:
      return plainText(cells, objectText);
  }
}

/** How to write a cell as a value of `DataFrame.to_dict()`. */
export function frameCellText(cells: ArrayCells, objectText: ObjectText): CellText {
  switch (cells.dtype) {
    case 'datetime64[D]':
    case 'datetime64[s]':
    case 'datetime64[ms]':
    case 'datetime64[us]':
    case 'datetime64[ns]': {
      const unit = NS_BY_UNIT[cells.dtype];
      return textOf(cells.data, (count) => timestamp(count, unit));
    }
    case 'datetime64[tz]':
      return textOf(cells.data, (ns) => timestamp(ns, 1n, 0));
    case 'timedelta64[ns]':
      return textOf(cells.data, durationText);
    case 'category':
      return textOf(cells.data, (value) => (value === null ? 'NaN' : objectText(value)));
    default:
      return plainText(cells, objectText);
  }
}

function plainText(cells: ArrayCells, objectText: ObjectText): CellText {
  switch (cells.dtype) {
    case 'float16':
    case 'float32':
    case 'float64':
      return floatText(cells.data);
    case 'int64':
    case 'uint64':
      return textOf<bigint>(cells.data, bigIntText);
    case 'bool':
      return textOf(cells.data, (bit) => (bit === 0 ? 'false' : 'true'));
    case 'str':
      return textOf(cells.data, jsonString);
    case 'bytes':
      return textOf(cells.data, encodeBytes);
    case 'object':
    case 'category':
      return textOf(cells.data, objectText);
    case 'complex64':
    case 'complex128':
      return () => {
        throw notSerialisable('complex numbers');
      };
    default:
      return textOf<number>(cells.data as Int32Array, (value) => `${value}`);
  }
}

const textOf =
  <T>(data: ArrayLike<T>, text: (cell: T) => string): CellText =>
  (index) =>
    text(data[index]!);

/** `textOf` for the usual case, written out so that it can be compiled as one piece. */
const floatText =
  (data: Float16Array | Float32Array | Float64Array): CellText =>
  (index) =>
    pythonFloat(data[index]!);

/** A small integer prints faster as a number. */
const bigIntText = (value: bigint): string => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? `${number}` : `${value}`;
};

function durationText(ns: bigint): string {
  if (ns !== NAT) throw notSerialisable('a column of durations');
  return '"NaT"';
}

function timestamp(count: bigint, unit: bigint, offsetMinutes?: number): string {
  const ns = count === NAT ? NAT : count * unit;
  const zone = offsetMinutes === undefined ? {} : { offsetMinutes };
  return `"${isoText({ kind: 'timestamp', ns, ...zone })}"`;
}

/** numpy makes a Python datetime of it, a date of days, or an int where those do not reach. */
function coarseDate(count: bigint, dtype: keyof typeof NS_BY_UNIT): string {
  if (count === NAT) return 'null';
  const ns = count * NS_BY_UNIT[dtype];
  if (ns < MIN_DATETIME || ns >= MAX_DATETIME) return `${count}`;
  return `"${isoText({ kind: dtype === 'datetime64[D]' ? 'date' : 'datetime', ns })}"`;
}
