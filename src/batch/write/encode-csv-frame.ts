import type { NamedColumn } from './column-names.ts';
import { type CellText, csvCellText, csvText } from './csv-cell.ts';
import { joinTexts } from './join-texts.ts';

/** Lines of CSV, each ended by `\n`; the header apart. */
export function encodeCsvFrame(
  columns: readonly NamedColumn[],
  rowCount: number,
): { readonly header: Uint8Array; readonly lines: Uint8Array } {
  const cellTexts = columns.map(({ column }) => csvCellText(column));
  // A blank line is no row.
  const isLone = columns.length === 1;
  const lines = joinTexts(rowCount, (before, row) => {
    let texts = before;
    for (let at = 0; at < cellTexts.length; at++) {
      const text = (cellTexts[at] as CellText)(row);
      if (at > 0) texts += ',';
      texts += isLone && text === '' ? '""' : text;
    }
    return `${texts}\n`;
  });
  const header = `${columns.map(({ name }) => csvText(name)).join(',')}\n`;
  return { header: Buffer.from(header), lines };
}
