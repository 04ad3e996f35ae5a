import { objectCells } from '../../model/cells.ts';
import type { Storage } from '../../model/dtype.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import { isPackedDicts } from '../../model/packed-dicts.ts';
import { allocate } from '../../model/storage.ts';

/** Some rows of a frame, ascending; the frame itself when they are all. */
export function takeRows(whole: Frame, rows: Uint32Array): Frame {
  if (rows.length === whole.rowCount) return whole;
  return frame(
    rows.length,
    whole.columns.map((each) => takeCells(each, rows)),
  );
}

function takeCells({ label, dtype, data }: Column, rows: Uint32Array): Column {
  if (isPackedDicts(data)) {
    const cells = objectCells(dtype, data);
    return column(
      label,
      'object',
      Array.from(rows, (row) => cells[row] ?? null),
    );
  }
  const taken = allocate(dtype, rows.length) as Float64Array;
  // Two floats make a complex number.
  const size = dtype.startsWith('complex') ? 2 : 1;
  const cells = data as Storage as Float64Array;
  rows.forEach((row, at) => {
    for (let part = 0; part < size; part++) {
      taken[at * size + part] = cells[row * size + part] as number;
    }
  });
  return column(label, dtype, taken as never);
}
