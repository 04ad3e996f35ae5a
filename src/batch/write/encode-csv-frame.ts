import type { NamedColumn } from './column-names.ts';
import { csvCellText, csvText } from './csv-cell.ts';

/** Lines of CSV, each ended by `\n`; the header apart. */
export function encodeCsvFrame(
  columns: readonly NamedColumn[],
  rowCount: number,
): { readonly header: Uint8Array; readonly lines: Uint8Array } {
  const cellTexts = columns.map(({ column }) => csvCellText(column));
  // A blank line is no row.
  const blankRow = columns.length === 1 ? '""' : '';
  let text = '';
  for (let row = 0; row < rowCount; row++) {
    let line = '';
    for (let at = 0; at < cellTexts.length; at++) {
      if (at > 0) line += ',';
      line += cellTexts[at]?.(row);
    }
    text += `${line || blankRow}\n`;
  }
  const header = `${columns.map(({ name }) => csvText(name)).join(',')}\n`;
  return { header: Buffer.from(header), lines: Buffer.from(text) };
}
