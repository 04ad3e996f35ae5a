import type { PackedRecords } from '../../model/json-value.ts';
import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, OPEN_OBJECT, QUOTE, skipSpace } from './bytes.ts';
import type { PackCursor } from './pack-cursor.ts';
import { RecordList } from './packed-list.ts';
import { scanNumbers } from './scan-numbers.ts';
import { NOT_A_CELL } from './scan-odd-cell.ts';

/** The keys of the first record and where in the text each stands, quotes included. */
interface Keys {
  readonly names: string[];
  readonly starts: number[];
  readonly ends: number[];
}

/**
 * Pack a list of objects that all have the keys of the first, letter by letter and in its order.
 *
 * @param first position of the first object's brace
 * @param minCells as in PackOptions
 * @see packList
 */
export function packRecords(
  cursor: PackCursor,
  start: number,
  first: number,
  minCells: number,
): PackedRecords | undefined {
  const { cells, text } = cursor;
  const { bytes } = text;
  cells.start(1, start, text.length);
  const keys: Keys = { names: [], starts: [], ends: [] };
  let at = packFirst(cursor, first, keys);
  while (at !== NOT_A_CELL) {
    at = skipSpace(bytes, at);
    if (bytes[at] !== COMMA) break;
    at = packRecord(cursor, skipSpace(bytes, at + 1), keys);
  }
  if (at === NOT_A_CELL) return undefined;
  if (bytes[at] !== CLOSE_LIST || cells.count < minCells) return cursor.stop(at);
  const { names } = keys;
  cursor.end = at + 1;
  const unpack = text.unpackFrom(start, cursor.end);
  return new RecordList(names, cells.take(), cells.takeKinds(names.length), unpack);
}

/** Read the record that sets the keys; the result is the position behind it. */
function packFirst(cursor: PackCursor, start: number, { names, starts, ends }: Keys): number {
  const { bytes, strings } = cursor.text;
  let at = start;
  do {
    at = skipSpace(bytes, at + 1);
    cursor.stoppedAt = at;
    if (bytes[at] !== QUOTE) return NOT_A_CELL;
    names.push(strings.read(at));
    starts.push(at);
    ends.push(strings.end);
    at = packValue(cursor, strings.end, names.length - 1);
    if (at === NOT_A_CELL) return NOT_A_CELL;
  } while (bytes[at] === COMMA);
  cursor.stoppedAt = at;
  const isRecord = bytes[at] === CLOSE_OBJECT && !hasTwins(names);
  return isRecord ? at + 1 : NOT_A_CELL;
}

/** Read a record with the keys of the first; the result is the position behind it. */
function packRecord(cursor: PackCursor, start: number, { starts, ends }: Keys): number {
  const { bytes } = cursor.text;
  let at = start;
  for (let column = 0; column < starts.length; column++) {
    cursor.stoppedAt = at;
    if (bytes[at] !== (column === 0 ? OPEN_OBJECT : COMMA)) return NOT_A_CELL;
    at = skipSpace(bytes, at + 1);
    const end = ends[column]!;
    for (let known = starts[column]!; known < end; known++) {
      if (bytes[at++] !== bytes[known]) return NOT_A_CELL;
    }
    at = packValue(cursor, at, column);
    if (at === NOT_A_CELL) return NOT_A_CELL;
  }
  cursor.stoppedAt = at;
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_A_CELL;
}

/** Read colon and cell; the result is the position of the next byte that is not white space. */
function packValue(cursor: PackCursor, from: number, column: number): number {
  const { cells, text } = cursor;
  const colon = skipSpace(text.bytes, from);
  cursor.stoppedAt = colon;
  if (text.bytes[colon] !== COLON) return NOT_A_CELL;
  return scanNumbers(text.bytes, colon + 1, cells, column, 1);
}

/** Whether two keys are the same. Few are compared one by one: a Set of 13 takes 400 ns. */
function hasTwins(names: readonly string[]): boolean {
  if (names.length > 32) return new Set(names).size < names.length;
  for (let i = 1; i < names.length; i++) {
    if (names.indexOf(names[i]!) < i) return true;
  }
  return false;
}
