import type { Column, Frame, Label } from '../../model/frame.ts';
import { isPackedDicts, type PackedDicts } from '../../model/packed-dicts.ts';
import { pythonFloat } from '../../model/python-float.ts';
import { type ArrayCells, arrayCellText, type CellText, frameCellText } from './cell-text.ts';
import { encodeValue } from './encode-value.ts';
import { jsonString } from './json-string.ts';

/**
 * Write a frame as a list of row objects: pandas' `to_dict(orient='records')`.
 *
 * Of columns with equal labels the last one wins, at the place of the first, as in a Python dict.
 *
 * @throws {ServingError} INTERNAL_ERROR for a column of complex numbers or durations
 */
export function encodeFrame({ rowCount, columns }: Frame): string {
  const fields = fieldsOf(columns);
  if (rowCount === 0 || fields.length === 0) return '[]';
  // All text is added to one string, which is faster than joining rows.
  let text = '[';
  for (let row = 0; row < rowCount; row++) {
    if (row > 0) text += ', ';
    for (const field of fields) text += field.lead + field.cellText(row);
    text += '}';
  }
  return `${text}]`;
}

/** One key of every row object. */
interface Field {
  /** What stands before the value: brace or comma, the key, a colon. */
  readonly lead: string;
  readonly cellText: CellText;
}

function fieldsOf(columns: readonly Column[]): Field[] {
  const byKey = new Map<string, { label: string; column: Column }>();
  for (const column of columns) {
    const key = dictKey(column.label);
    byKey.set(key, { label: byKey.get(key)?.label ?? labelText(column.label), column });
  }
  return Array.from(byKey.values(), ({ label, column }, index) => ({
    lead: `${index === 0 ? '{' : ', '}${label}: `,
    cellText: columnText(column),
  }));
}

/** What makes two labels the same key of a Python dict: `1`, `1.0` and `True` are. */
function dictKey(label: Label): string {
  if (typeof label === 'string') return `"${label}`;
  return label === null ? 'null' : `${Number(label)}`;
}

/** A label as `json.dumps` writes it for a key. */
function labelText(label: Label): string {
  if (typeof label === 'string') return jsonString(label);
  return `"${typeof label === 'number' ? pythonFloat(label) : label}"`;
}

const columnText = (column: Column): CellText =>
  isPackedDicts(column.data)
    ? dictText(column.data)
    : frameCellText(column as ArrayCells, encodeValue);

/** Shapes: `values` is [N][K]; the cell of a row is a dict of K keys. */
function dictText({ keys, values }: PackedDicts): CellText {
  const cellText = arrayCellText(values as ArrayCells, encodeValue);
  const leads = keys.map((key, i) => `${i === 0 ? '' : ', '}${jsonString(key)}: `);
  return (row) => {
    let text = '{';
    for (let i = 0; i < leads.length; i++) text += leads[i] + cellText(row * leads.length + i);
    return `${text}}`;
  };
}
