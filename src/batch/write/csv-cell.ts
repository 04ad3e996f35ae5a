import { cellAt, isDatetimeDtype, objectCells } from '../../model/cells.ts';
import { type Datetime, isDatetime, NAT } from '../../model/datetime.ts';
import type { Column } from '../../model/frame.ts';
import { isoText } from '../../model/iso-text.ts';
import { isPackedDicts } from '../../model/packed-dicts.ts';
import type { PyValue } from '../../model/py-value.ts';
import { pythonFloat } from '../../model/python-float.ts';
import { encodeValue } from '../../scoring/encode/encode-value.ts';
import { notSerialisable } from '../../scoring/encode/not-serialisable.ts';

/** Writes the cell of a row. */
export type CellText = (row: number) => string;

/**
 * How to write the cells of a column in CSV so that pandas' `read_csv` reads them back.
 *
 * Numbers as Python prints them; `nan`, `inf`, `-inf`; `True`, `False`; dates in ISO 8601 (`date_format="ISO8601"` reads them); bytes in base64 without line ends; lists,
 * dicts and arrays as JSON. What is missing (None, NaT) is an empty field, an empty text is a quoted one.
 *
 * @throws {ServingError} INTERNAL_ERROR for complex numbers and durations
 */
export function csvCellText(column: Column): CellText {
  if (isPackedDicts(column.data)) {
    const cells = objectCells(column.dtype, column.data);
    return (row) => objectText(cells[row] as PyValue);
  }
  const { dtype, data } = column;
  switch (dtype) {
    case 'float16':
    case 'float32':
    case 'float64':
      return (row) => floatText((data as Float64Array)[row] as number);
    case 'bool':
      return (row) => ((data as Uint8Array)[row] === 0 ? 'False' : 'True');
    case 'complex64':
    case 'complex128':
    case 'timedelta64[ns]':
      throw notSerialisable(dtype === 'timedelta64[ns]' ? 'durations' : 'complex numbers');
    case 'str':
    case 'bytes':
    case 'object':
    case 'category':
      return (row) => objectText((data as PyValue[])[row] as PyValue);
    default:
      if (isDatetimeDtype(dtype)) return (row) => dateText(cellAt(dtype, data as never, row));
      return (row) => `${(data as Int32Array)[row]}`;
  }
}

function objectText(value: PyValue): string {
  switch (typeof value) {
    case 'number':
      return floatText(value);
    case 'bigint':
      return `${value}`;
    case 'boolean':
      return value ? 'True' : 'False';
    case 'string':
      return csvText(value);
  }
  if (value === null) return '';
  if (isDatetime(value)) return dateText(value);
  if (value instanceof Uint8Array) {
    return csvText(
      Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    );
  }
  return csvText(encodeValue(value));
}

/** Python's `repr`: as JSON has it, but for what JSON does not know. */
function floatText(value: number): string {
  if (Number.isFinite(value)) return pythonFloat(value);
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

const dateText = (value: PyValue): string =>
  (value as Datetime).ns === NAT ? '' : isoText(value as Datetime);

/** Blanks at the ends are quoted, too: readers may strip them, and skip lines of nothing else. */
const NEEDS_QUOTES = /^$|[",\r\n]|^\s|\s$/;

/** A text as a field, quoted where that is needed. */
export const csvText = (text: string): string =>
  NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
