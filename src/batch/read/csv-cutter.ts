import { ServingError } from '../../errors.ts';
import { NO_CELLS } from '../../scoring/csv/cells.ts';
import { type CsvSource, createCsvSource, findRecord } from '../../scoring/csv/csv-source.ts';
import { readFields } from '../../scoring/csv/read-fields.ts';
import { createPlainRecords } from './plain-records.ts';
import type { RowCutter } from './row-cutter.ts';

/** What comes next may belong to a line end: the LF of a CR, and the comma that pandas swallows behind one. */
const LOOK_AHEAD = 2;

/** Records as the reader of request bodies sees them: the same code finds their ends. */
export function createCsvCutter({ isAtStart = true } = {}): RowCutter {
  const plainRecords = createPlainRecords();
  let seen: Uint8Array | undefined;
  let source: CsvSource = createCsvSource(new Uint8Array(0));
  /** A byte order mark stands only there. */
  let isFileStart = isAtStart;

  return {
    next(bytes, from, isLast) {
      const plain = isFileStart ? undefined : plainRecords.next(bytes, from);
      if (plain !== undefined) return plain;
      if (seen !== bytes) {
        seen = bytes;
        source = createCsvSource(bytes);
      }
      if (!isFileStart) source.position = from;
      source.resumedAt = source.position;
      source.lastStepBack = -1;
      const isUnsure = (position: number): boolean =>
        !isLast && position > bytes.length - LOOK_AHEAD;
      if (!findRecord(source) || isUnsure(source.position)) return undefined;
      const start = source.position;
      const fields = readRecord(source, isLast);
      if (fields === undefined || isUnsure(source.position)) return undefined;
      isFileStart = false;
      return { start, end: source.position, fields };
    },
  };
}

/** Number of fields; a quote that is not closed by the end of the file makes one row of all that is left. */
function readRecord(source: CsvSource, isLast: boolean): number | undefined {
  try {
    return readFields(source, NO_CELLS, 0, 0);
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    if (!isLast) return undefined;
    source.position = source.bytes.length;
    return 1;
  }
}
