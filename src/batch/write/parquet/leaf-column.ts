import { objectCells } from '../../../model/cells.ts';
import { NAT } from '../../../model/datetime.ts';
import type { Dtype, Storage } from '../../../model/dtype.ts';
import type { Column } from '../../../model/frame.ts';
import { isNdArray, type NdArray } from '../../../model/nd-array.ts';
import { isPackedDicts } from '../../../model/packed-dicts.ts';
import type { PyValue } from '../../../model/py-value.ts';
import { allocate } from '../../../model/storage.ts';
import { type DenseCells, denseCells, entriesOf, rankOf } from './object-cells.ts';

/** A column as the format has it: values, and levels that say where they belong. */
export interface LeafColumn extends DenseCells {
  /** Levels of lists around a value; 0 is none. */
  readonly rank: number;
  /** How much of the way to a value is there; undefined where every cell has its value. */
  readonly definitions: Uint8Array | undefined;
  /** At which level of lists an entry repeats; undefined for cells that are no lists. */
  readonly repetitions: Uint8Array | undefined;
  readonly levelCount: number;
}

export function leafColumn({ dtype, data }: Column): LeafColumn {
  if (isPackedDicts(data) || dtype === 'object' || dtype === 'category') {
    return objectColumn(objectCells(dtype, data));
  }
  const isDate = dtype.startsWith('datetime64');
  const hasMissing = isDate && (data as BigInt64Array).includes(NAT);
  if (!hasMissing) return flatColumn({ dtype, data }, undefined, data.length);
  const cells = data as BigInt64Array;
  const definitions = Uint8Array.from(cells, (cell) => (cell === NAT ? 0 : 1));
  const known = cells.filter((cell) => cell !== NAT);
  return flatColumn({ dtype, data: known }, definitions, cells.length);
}

const flatColumn = (
  dense: DenseCells,
  definitions: Uint8Array | undefined,
  levelCount: number,
): LeafColumn => ({ ...dense, rank: 0, definitions, repetitions: undefined, levelCount });

function objectColumn(cells: readonly PyValue[]): LeafColumn {
  const known = cells.filter((cell) => cell !== null);
  const ranks = new Set(known.map(rankOf));
  const [rank] = ranks;
  if (ranks.size === 1 && rank !== undefined && rank > 0) return listColumn(cells, rank);
  const definitions = Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1));
  const hasMissing = known.length < cells.length;
  return flatColumn(denseCells(known), hasMissing ? definitions : undefined, cells.length);
}

/** Definition levels: 0 no list, then one for each list that is there, one more for an entry in it, one for a value that is not null. */
function listColumn(cells: readonly PyValue[], rank: number): LeafColumn {
  const definitions: number[] = [];
  const repetitions: number[] = [];
  const values: PyValue[] = [];

  function walk(cell: PyValue, depth: number, repetition: number): void {
    if (depth === rank || (depth === 0 && cell === null)) {
      if (cell !== null) values.push(cell);
      const isValue = depth === rank && cell !== null;
      definitions.push(depth === 0 ? 0 : 1 + depth + (isValue ? 1 : 0));
      repetitions.push(repetition);
      return;
    }
    const entries = cell === null ? [] : entriesOf(cell);
    if (entries.length === 0) {
      definitions.push(1 + depth);
      repetitions.push(repetition);
    }
    entries.forEach((entry, at) => {
      walk(entry, depth + 1, at === 0 ? repetition : depth + 1);
    });
  }
  for (const cell of cells) walk(cell, 0, 0);
  return {
    ...(joinArrays(cells) ?? denseCells(values)),
    rank,
    definitions: Uint8Array.from(definitions),
    repetitions: Uint8Array.from(repetitions),
    levelCount: definitions.length,
  };
}

/** Values of arrays keep their dtype. */
function joinArrays(cells: readonly PyValue[]): DenseCells | undefined {
  const arrays = cells.filter((cell) => cell !== null);
  const [first] = arrays;
  const isNumeric = (cell: PyValue): cell is NdArray =>
    isNdArray(cell) && !Array.isArray(cell.data) && !cell.dtype.startsWith('datetime64');
  if (first === undefined || !isNumeric(first)) return undefined;
  const { dtype } = first;
  if (!arrays.every((cell) => isNumeric(cell) && cell.dtype === dtype)) return undefined;
  const parts = (arrays as NdArray[]).map(({ data }) => data as Float64Array);
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  const joined = allocate(dtype as Dtype, total) as Float64Array;
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return { dtype, data: joined as Storage };
}
