import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import { isPackedDicts } from '../../model/packed-dicts.ts';

/** The rows [from, to) of a frame, copied: a view would take the whole column along to another thread. */
export const sliceFrame = (whole: Frame, from: number, to: number): Frame =>
  sliceFrames([whole], from, to)[0];

/** The same of frames that share columns, and go on sharing them. */
export function sliceFrames<T extends readonly [Frame, ...Frame[]]>(
  wholes: T,
  from: number,
  to: number,
): T {
  const sliced = new Map<Column, Column>();
  const slice = (each: Column): Column => {
    const known = sliced.get(each) ?? sliceColumn(each, from, to);
    sliced.set(each, known);
    return known;
  };
  const slices = wholes.map((whole) =>
    from === 0 && to === whole.rowCount ? whole : frame(to - from, whole.columns.map(slice)),
  );
  return slices as unknown as T;
}

function sliceColumn({ label, dtype, data }: Column, from: number, to: number): Column {
  if (isPackedDicts(data))
    throw new Error('packed dicts are what models return, not what files hold');
  const size = dtype.startsWith('complex') ? 2 : 1; // real and imaginary part beside each other
  return column(label, dtype, data.slice(from * size, to * size) as never);
}
