import { END_DATE_NS, FIRST_DATE_NS } from '../../model/calendar.ts';
import { NAT } from '../../model/datetime.ts';
import type { Dtype, DtypeStorage } from '../../model/dtype.ts';
import { isoText } from '../../model/iso-text.ts';
import type { PyValue } from '../../model/py-value.ts';
import { pythonFloat } from '../../model/python-float.ts';
import { nsPerUnit } from '../../model/time-units.ts';
import { encodeBytes } from './encode-bytes.ts';
import { jsonString } from './json-string.ts';
import { notSerialisable } from './not-serialisable.ts';

/** Cells and what they are; the array and the column of a frame have both. */
export type ArrayCells = {
  [D in Dtype]: { readonly dtype: D; readonly data: DtypeStorage[D] };
}[Dtype];

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
      const unit = nsPerUnit(cells.dtype) ?? 1n;
      const kind = cells.dtype === 'datetime64[D]' ? 'date' : 'datetime';
      return textOf(cells.data, (count) => coarseDate(count, unit, kind));
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
      const unit = nsPerUnit(cells.dtype) ?? 1n;
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
function coarseDate(count: bigint, unit: bigint, kind: 'date' | 'datetime'): string {
  if (count === NAT) return 'null';
  const ns = count * unit;
  if (ns < FIRST_DATE_NS || ns >= END_DATE_NS) return `${count}`;
  return `"${isoText({ kind, ns })}"`;
}
