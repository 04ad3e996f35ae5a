import type { BatchOutput } from '../batch-output.ts';
import { overwrite } from '../overwrite.ts';
import type { RangePlan } from '../read/range-plan.ts';
import type { PlannedItem } from './planned-run.ts';
import { planningKey } from './run-names.ts';

/** How far a plan is that takes longer than one call: plain JSON, below the output. */
export interface Planning {
  readonly items: readonly PlannedItem[];
  /** Files whose items are there; what follows is about the next one. */
  readonly files: number;
  /** Of a file that is cut in the middle; its header is an object of its own. */
  readonly open?: Pick<RangePlan, 'ranges' | 'rowCount' | 'headerFields'> & {
    readonly rest: { readonly offset: number; readonly firstRow: number };
  };
}

export const NOTHING_PLANNED: Planning = { items: [], files: 0 };

/** @throws {ServingError} what the output throws */
export async function readPlanning(output: BatchOutput, run: string): Promise<Planning> {
  const found = await output.read(planningKey(run));
  return found ? (JSON.parse(Buffer.from(found.bytes).toString()) as Planning) : NOTHING_PLANNED;
}

/** The last one counts: two that plan the same run find the same. @throws {ServingError} what the output throws */
export async function writePlanning(
  output: BatchOutput,
  run: string,
  planning: Planning,
): Promise<void> {
  await overwrite(output, planningKey(run), Buffer.from(JSON.stringify(planning)));
}
