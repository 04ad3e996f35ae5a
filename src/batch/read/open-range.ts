import type { BatchInput } from '../batch-input.ts';
import type { Chunk } from '../chunk.ts';
import { type OpenRowsOptions, openRows } from './open-rows.ts';
import { placeOf } from './plan-ranges.ts';
import type { RangePlan, RowRange } from './range-plan.ts';

export interface PlannedRange extends Pick<RangePlan, 'header' | 'headerFields'> {
  readonly range: RowRange;
}

/** The rows of one range of a plan; their numbers are the file's. Throws as `openRows`. */
export const openRange = (
  input: BatchInput,
  options: Omit<OpenRowsOptions, 'range'>,
  { range, ...plan }: PlannedRange,
): AsyncIterable<Chunk> =>
  range.rowGroups
    ? openRows(input, { ...options, rowGroups: range.rowGroups })
    : openRows(input, { ...options, range: { from: placeOf(plan, range), end: range.end } });
