import type { BatchInput } from '../batch-input.ts';
import type { TextPlace } from './cut-chunks.ts';
import { type OpenRowsOptions, openRows } from './open-rows.ts';
import { planRowGroups } from './parquet/plan-row-groups.ts';
import type { RangePlan, RowRange } from './range-plan.ts';

export interface PlanningOptions {
  /** What was planned before, with its rest. */
  readonly before?: RangePlan;
  /** Asked between ranges: whether to stop for now. */
  readonly isLate?: () => boolean;
}

/** What is looked at in one go; a range is some of these. */
const STEP = { rows: 1_000_000, bytes: 4 * 2 ** 20 };

/**
 * Say where a file can be cut between rows, about every `rangeBytes`: Parquet between row groups; text, which is read once for
 * it, between any rows.
 *
 * The same code finds the rows that reads them later, so a quoted line end is no place to cut. What is gzip can only be read
 * from its start: one range.
 *
 * @throws {ServingError} as `openRows`
 */
export async function planRanges(
  input: BatchInput,
  options: Omit<OpenRowsOptions, 'chunkRows' | 'chunkBytes'>,
  rangeBytes: number,
  { before, isLate = () => false }: PlanningOptions = {},
): Promise<RangePlan> {
  if (options.inputFormat === 'parquet') return planRowGroups(input, rangeBytes);
  const ranges: RowRange[] = [...(before?.ranges ?? [])];
  const step = { chunkRows: STEP.rows, chunkBytes: Math.min(STEP.bytes, rangeBytes) };
  let open: { start: number; firstRow: number } | undefined;
  let { header = new Uint8Array(0), headerFields = 1, rowCount = 0 } = before ?? {};
  let end = 0;
  const range = before?.rest && { range: { from: before.rest, end: input.sizeBytes } };
  const close = (): void => {
    if (open === undefined) return;
    ranges.push({ ...open, end, rowCount: rowCount - open.firstRow });
    open = undefined;
  };
  for await (const chunk of openRows(input, { ...options, ...step, ...range })) {
    if (chunk.kind === 'frame') throw new Error('text has no frames');
    const { at = 0, bytes, firstRow } = chunk;
    ({ header, headerFields = 1 } = chunk);
    open ??= { start: at, firstRow };
    end = at + bytes.length;
    rowCount = firstRow + chunk.rowCount;
    if (options.isInputGzip || end - open.start < rangeBytes) continue;
    close();
    if (end < input.sizeBytes && isLate()) {
      const rest = { offset: end, firstRow: rowCount, header, headerFields };
      return { ranges, rowCount, header, headerFields, rest };
    }
  }
  close();
  return { ranges, rowCount, header, headerFields };
}

/** Where a range begins, for whoever reads it. */
export const placeOf = (
  { header, headerFields }: Pick<RangePlan, 'header' | 'headerFields'>,
  { start, firstRow }: RowRange,
): TextPlace => ({ offset: start, firstRow, header, headerFields });
