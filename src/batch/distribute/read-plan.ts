import { ServingError } from '../../errors.ts';
import type { BatchOutput } from '../batch-output.ts';
import type { PlannedItem } from './planned-run.ts';
import { planKey } from './run-names.ts';

/**
 * The items of a run, in their order.
 *
 * @throws {ServingError} INVALID_STATE when the plan is gone; what the output throws
 */
export async function readPlan(output: BatchOutput, run: string): Promise<PlannedItem[]> {
  const items = await findPlan(output, run);
  if (items !== undefined) return items;
  throw new ServingError(
    'INVALID_STATE',
    `${output.uri}/${planKey(run)} is gone; start the run again`,
  );
}

/** `undefined` when the run is not planned yet. @throws {ServingError} what the output throws */
export async function findPlan(
  output: BatchOutput,
  run: string,
): Promise<PlannedItem[] | undefined> {
  const found = await output.read(planKey(run));
  if (found === undefined) return undefined;
  const lines = Buffer.from(found.bytes).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as PlannedItem);
}
