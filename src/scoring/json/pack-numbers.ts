import type { PackedNumbers } from '../../model/json-value.ts';
import { CLOSE_LIST, COMMA, OPEN_LIST, skipSpace } from './bytes.ts';
import type { PackCursor, PackOptions } from './pack-cursor.ts';
import { NumberList } from './packed-list.ts';
import { ANY_COUNT, scanNumbers } from './scan-numbers.ts';
import { NOT_A_CELL } from './scan-odd-cell.ts';

/** numpy's limit; a deeper list would be refused in the end anyway. */
const MAX_RANK = 64;

/** Entries seen so far of the list that is open at each level but the innermost. */
const counts = new Int32Array(MAX_RANK);

/** 1 for the bytes a number, `null` or another word for a cell begins with. */
const STARTS_CELL = new Uint8Array(256);
for (const char of '-0123456789nNI') STARTS_CELL[char.charCodeAt(0)] = 1;

/** Pack a list of numbers, or equally long lists of numbers to any depth. @see packList */
export function packNumbers(
  cursor: PackCursor,
  start: number,
  { maxLevels, minCells }: PackOptions,
): PackedNumbers | undefined {
  const { bytes, length } = cursor.text;
  const maxRank = Math.min(maxLevels, MAX_RANK);
  const shape: number[] = [];
  let at = start;
  while (bytes[at] === OPEN_LIST && shape.length < maxRank) {
    counts[shape.length] = 0;
    shape.push(0);
    at = skipSpace(bytes, at + 1);
  }
  if (STARTS_CELL[bytes[at]!] === 0) return undefined;
  cursor.cells.start(shape.length === 2 ? 1 : 0, start, length);
  for (let level = 0; level >= 0; ) {
    at = packRow(cursor, at, shape);
    if (at === NOT_A_CELL) return undefined;
    for (level = shape.length - 2; level >= 0; level--) {
      counts[level]!++;
      at = skipSpace(bytes, at);
      if (bytes[at] === COMMA) {
        at = openLists(bytes, at + 1, shape.length - 1 - level);
        if (at === NOT_A_CELL) return undefined;
        break;
      }
      if (bytes[at] !== CLOSE_LIST || !fits(shape, level, counts[level]!)) return cursor.stop(at);
      counts[level] = 0;
      at++;
    }
  }
  if (cursor.cells.count < minCells) return cursor.stop(at);
  cursor.end = at;
  const kinds = cursor.cells.takeKinds(shape.length === 2 ? shape[1]! : 1);
  return new NumberList(shape, cursor.cells.take(), kinds, cursor.text.unpackFrom(start, at));
}

/** Read the cells of an innermost list, from behind its bracket to behind its end. */
function packRow(cursor: PackCursor, from: number, shape: number[]): number {
  const { cells } = cursor;
  const { bytes } = cursor.text;
  const before = cells.count;
  const level = shape.length - 1;
  cursor.stoppedAt = from;
  const end = scanNumbers(bytes, from, cells, 0, shape[level] || ANY_COUNT);
  if (end === NOT_A_CELL) return NOT_A_CELL;
  cursor.stoppedAt = end;
  const isRow = bytes[end] === CLOSE_LIST && fits(shape, level, cells.count - before);
  return isRow ? end + 1 : NOT_A_CELL;
}

/** Position behind `count` opening brackets, or NOT_A_CELL. */
function openLists(bytes: Buffer, start: number, count: number): number {
  let at = start;
  for (let i = 0; i < count; i++) {
    at = skipSpace(bytes, at);
    if (bytes[at++] !== OPEN_LIST) return NOT_A_CELL;
  }
  return at;
}

/** Whether a list of `count` entries agrees with those seen before at its level; the first sets it. */
function fits(shape: number[], level: number, count: number): boolean {
  if (shape[level] === 0) shape[level] = count;
  return shape[level] === count;
}
