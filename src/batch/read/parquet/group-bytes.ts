import type { RowGroup } from '../../../scoring/parquet/file-metadata.ts';
import type { BatchInput, ByteRange } from '../../batch-input.ts';

/** Where the bytes of a row group come from. */
export interface GroupBytes {
  /** Of each leaf, in the schema's order. */
  readonly ranges: readonly ByteRange[];
  readonly read: BatchInput['read'];
  /** Of each column that are asked for at once. */
  readonly windowBytes: number;
}

/** Up to here a row group is read at once, instead of column by column. */
const WHOLE_BYTES = 16 * 2 ** 20;
/** Of all columns: each has the one that it reads and the one behind it. */
const WINDOWS_BYTES = 32 * 2 ** 20;
const MIN_WINDOW_BYTES = 64 * 2 ** 10;

/**
 * Find the bytes of a row group, and fetch them if it is small.
 *
 * @param ends where a column of a row group ends, by its start
 * @throws {ServingError} as `BatchInput.read`
 */
export async function openGroupBytes(
  input: BatchInput,
  { chunks }: RowGroup,
  ends: ReadonlyMap<number, number>,
): Promise<GroupBytes> {
  const ranges = chunks.map(({ start }) => ({
    start,
    end: Math.max(start, ends.get(start) ?? start),
  }));
  const windowBytes = Math.max(MIN_WINDOW_BYTES, WINDOWS_BYTES / 2 / ranges.length);
  const start = ranges.reduce((least, range) => Math.min(least, range.start), Infinity);
  const end = ranges.reduce((most, range) => Math.max(most, range.end), 0);
  if (end - start > WHOLE_BYTES) {
    return { ranges, windowBytes: Math.floor(windowBytes), read: (range) => input.read(range) };
  }
  const whole = end > start ? await input.read({ start, end }) : new Uint8Array(0);
  const read: BatchInput['read'] = async (range) =>
    whole.subarray(range.start - start, range.end - start);
  return { ranges, windowBytes: WHOLE_BYTES, read };
}
