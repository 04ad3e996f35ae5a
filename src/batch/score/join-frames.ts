import { objectCells } from '../../model/cells.ts';
import type { Dtype, Storage } from '../../model/dtype.ts';
import { type Column, column, type Frame, frame, type Label } from '../../model/frame.ts';
import { isPackedDicts } from '../../model/packed-dicts.ts';
import type { PyValue } from '../../model/py-value.ts';
import { allocate } from '../../model/storage.ts';

/**
 * The rows of several frames, one after the other.
 *
 * A column keeps its dtype where all frames agree on it, else its cells become objects. Where a frame does not have a
 * column, its cells are null. Of columns with equal labels the last one counts.
 */
export function joinFrames(frames: readonly Frame[]): Frame {
  const [first] = frames;
  if (first !== undefined && frames.length === 1) return first;
  const rowCount = frames.reduce((sum, part) => sum + part.rowCount, 0);
  const labels = new Set(frames.flatMap(({ columns }) => columns.map(({ label }) => label)));
  return frame(
    rowCount,
    Array.from(labels, (label) => joinColumn(label, frames, rowCount)),
  );
}

function joinColumn(label: Label, frames: readonly Frame[], rowCount: number): Column {
  const parts = frames.map(({ columns }) => columns.findLast((part) => part.label === label));
  const [first] = parts;
  const isPlain =
    first !== undefined &&
    parts.every((part) => part?.dtype === first.dtype && !isPackedDicts(part.data));
  if (isPlain) {
    const storages = parts.map((part) => part?.data as Storage);
    return column(label, first.dtype, joinStorages(first.dtype, storages, rowCount) as never);
  }
  const cells = frames.flatMap(({ rowCount: count }, at): PyValue[] => {
    const part = parts[at];
    return part === undefined
      ? new Array<PyValue>(count).fill(null)
      : objectCells(part.dtype, part.data);
  });
  return column(label, 'object', cells);
}

function joinStorages(dtype: Dtype, parts: readonly Storage[], rowCount: number): Storage {
  if (Array.isArray(parts[0])) return (parts as PyValue[][]).flat(1) as Storage;
  const joined = allocate(dtype, rowCount) as Float64Array;
  let at = 0;
  for (const part of parts as Float64Array[]) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
