import { ServingError } from '../../errors.ts';
import { overwrite } from '../overwrite.ts';
import type { PlannedRun } from './planned-run.ts';
import { executionKey } from './run-names.ts';
import type { RunStores } from './run-stores.ts';

/**
 * Write down which run an execution is about, for whoever watches it.
 *
 * @param execution its name
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a name that no execution has; what the output throws
 */
export async function announceRun(
  run: PlannedRun,
  execution: string,
  stores: Pick<RunStores, 'openOutput'>,
): Promise<void> {
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(execution)) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      'batch run: execution: expected the name of an execution: up to 80 letters, digits, "-" and "_"',
    );
  }
  const output = await stores.openOutput(run.output);
  // The task may be repeated: what is there says the same, or is a plan that was not worked off.
  await overwrite(output, executionKey(execution), Buffer.from(JSON.stringify(run)));
}
