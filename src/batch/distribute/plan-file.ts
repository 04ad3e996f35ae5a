import type { BatchInput } from '../batch-input.ts';
import type { BatchOptions } from '../batch-options.ts';
import { resolveOptions } from '../job/resolve-options.ts';
import { type PlanningOptions, planRanges } from '../read/plan-ranges.ts';
import type { RangePlan } from '../read/range-plan.ts';

export interface SplitOptions {
  /** A file that has no more is scored in one piece. */
  readonly splitAboveBytes: number;
  /** Of a part, about. */
  readonly rangeBytes: number;
}

/**
 * Where a file is cut into parts; `undefined` when it stays in one piece: it is small, or is gzip or a JSON body, which can only be
 * read from the start.
 *
 * @throws {ServingError} as `planRanges`
 */
export async function planFile(
  input: BatchInput,
  options: BatchOptions,
  { splitAboveBytes, rangeBytes }: SplitOptions,
  planning: PlanningOptions = {},
): Promise<RangePlan | undefined> {
  if (input.sizeBytes <= splitAboveBytes) return undefined;
  const { inputFormat, isInputGzip } = resolveOptions(input.key, options);
  if (inputFormat === 'json' || isInputGzip) return undefined;
  return planRanges(input, { inputFormat, isInputGzip }, rangeBytes, planning);
}
