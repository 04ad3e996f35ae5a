import type { PackedNumbers, PackedRecords } from '../../model/json-value.ts';
import { OPEN_OBJECT, skipSpace } from './bytes.ts';
import type { PackCursor, PackOptions } from './pack-cursor.ts';
import { packNumbers } from './pack-numbers.ts';
import { packRecords } from './pack-records.ts';

/**
 * Pack the list whose bracket is at `start`, if it is one of numbers or of records of numbers.
 *
 * Gives up at the first thing that does not fit and judges no syntax: the caller then reads the same
 * list as a plain tree.
 *
 * @returns undefined when the list is not of that kind; `cursor.stoppedAt` says how far it was
 */
export function packList(
  cursor: PackCursor,
  start: number,
  options: PackOptions,
): PackedNumbers | PackedRecords | undefined {
  const { bytes } = cursor.text;
  cursor.stoppedAt = start;
  const first = skipSpace(bytes, start + 1);
  if (bytes[first] !== OPEN_OBJECT) return packNumbers(cursor, start, options);
  return options.maxLevels < 2 ? undefined : packRecords(cursor, start, first, options.minCells);
}
