import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import { isPackedDicts } from '../../model/packed-dicts.ts';

/** The rows [from, to) of a frame, copied: a view would take the whole column along to another thread. */
export function sliceFrame(whole: Frame, from: number, to: number): Frame {
  if (from === 0 && to === whole.rowCount) return whole;
  return frame(
    to - from,
    whole.columns.map((each) => sliceColumn(each, from, to)),
  );
}

function sliceColumn({ label, dtype, data }: Column, from: number, to: number): Column {
  if (isPackedDicts(data))
    throw new Error('packed dicts are what models return, not what files hold');
  const size = dtype.startsWith('complex') ? 2 : 1; // real and imaginary part beside each other
  return column(label, dtype, data.slice(from * size, to * size) as never);
}
