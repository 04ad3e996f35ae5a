import { objectCells } from '../../model/cells.ts';
import type { Frame } from '../../model/frame.ts';
import { isPackedDicts } from '../../model/packed-dicts.ts';
import type { PyValue } from '../../model/py-value.ts';
import { type ArrayCells, frameCellText } from '../../scoring/encode/cell-text.ts';
import { encodeValue } from '../../scoring/encode/encode-value.ts';
import { jsonString } from '../../scoring/encode/json-string.ts';
import { type NamedColumn, namedColumns } from './column-names.ts';
import { joinTexts } from './join-texts.ts';

/** One key of every object. */
export interface JsonField {
  readonly name: string;
  /** The name as JSON. */
  readonly key: string;
  /** The value of a row as the endpoint's answers have it. */
  readonly cellText: (row: number) => string;
}

/** How to write the columns of a frame as values of JSON objects, in the words of an answer: `NaN` and `Infinity` are bare. */
export const jsonFields = (frame: Frame): JsonField[] => namedColumns(frame).map(jsonField);

/**
 * Lines of JSON, an object for each row.
 *
 * @throws {ServingError} INTERNAL_ERROR for complex numbers and durations
 */
export function encodeJsonFrame(columns: readonly NamedColumn[], rowCount: number): Uint8Array {
  const fields = columns.map(jsonField);
  const leads = fields.map(({ key }, at) => `${at === 0 ? '' : ', '}${key}: `);
  return joinTexts(rowCount, (before, row) => {
    let texts = `${before}{`;
    for (let at = 0; at < fields.length; at++) {
      texts += leads[at] + (fields[at] as JsonField).cellText(row);
    }
    return `${texts}}\n`;
  });
}

function jsonField({ name, column }: NamedColumn): JsonField {
  return { name, key: jsonString(name), cellText: columnText(column) };
}

function columnText(column: NamedColumn['column']): (row: number) => string {
  if (!isPackedDicts(column.data)) return frameCellText(column as ArrayCells, encodeValue);
  const cells = objectCells(column.dtype, column.data);
  return (row) => encodeValue(cells[row] as PyValue);
}
