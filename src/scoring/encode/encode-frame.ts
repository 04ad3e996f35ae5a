import type { Column, Frame, Label } from '../../model/frame.ts';
import { isPackedDicts, type PackedDicts } from '../../model/packed-dicts.ts';
import { jsonString, pythonFloat } from '../python-text.ts';
import { type ArrayCells, arrayCellTexts, frameCellTexts } from './cell-texts.ts';

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
  const rows = joinRows(fields, rowCount);
  return `[${rows.join(', ')}]`;
}

/** One key of every row object, ready to be joined. Shapes: `texts` is [rows]. */
interface Field {
  /** What stands before the value: brace or comma, the key, a colon. */
  readonly lead: string;
  readonly texts: readonly string[];
}

function joinRows(fields: readonly Field[], rowCount: number): string[] {
  const rows = new Array<string>(rowCount).fill('');
  for (const { lead, texts } of fields) {
    for (let row = 0; row < rowCount; row++) rows[row] += lead + texts[row];
  }
  for (let row = 0; row < rowCount; row++) rows[row] += '}';
  return rows;
}

function fieldsOf(columns: readonly Column[]): Field[] {
  const byKey = new Map<string, { label: string; column: Column }>();
  for (const column of columns) {
    const key = dictKey(column.label);
    byKey.set(key, { label: byKey.get(key)?.label ?? labelText(column.label), column });
  }
  return Array.from(byKey.values(), ({ label, column }, index) => ({
    lead: `${index === 0 ? '{' : ', '}${label}: `,
    texts: columnTexts(column),
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

const columnTexts = (column: Column): string[] =>
  isPackedDicts(column.data) ? dictTexts(column.data) : frameCellTexts(column as ArrayCells);

/** Shapes: `values` is [N][K]; the result is [N], each a dict of K keys. */
function dictTexts({ keys, values }: PackedDicts): string[] {
  const cells = arrayCellTexts(values as ArrayCells);
  const count = keys.length === 0 ? (values.shape[0] ?? 0) : cells.length / keys.length;
  const leads = keys.map((key, i) => `${i === 0 ? '' : ', '}${jsonString(key)}: `);
  const texts = new Array<string>(count);
  let next = 0;
  for (let row = 0; row < count; row++) {
    let text = '{';
    for (const lead of leads) text += lead + cells[next++];
    texts[row] = `${text}}`;
  }
  return texts;
}
