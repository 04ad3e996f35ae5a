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
  const found = await output.read(planKey(run));
  if (found === undefined) {
    throw new ServingError(
      'INVALID_STATE',
      `${output.uri}/${planKey(run)} is gone; start the run again`,
    );
  }
  const lines = Buffer.from(found.bytes).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as PlannedItem);
}
