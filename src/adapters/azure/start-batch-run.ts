import type { InvocationContext } from '@azure/functions';
import { input as durableInput, getClient } from 'durable-functions';
import { ServingError } from '../../errors.ts';
import { type BatchRunState, ORCHESTRATION } from './batch-orchestration.ts';

/** Lets a function start orchestrations: among its inputs. */
export const durableClientInput = durableInput.durableClient;

/** Orchestrations that have not ended. */
const UNDER_WAY: ReadonlySet<string> = new Set([
  'Running',
  'Pending',
  'Suspended',
  'ContinuedAsNew',
]);

/**
 * Start a run, unless one of this name is under way or was successful; one that failed is started again.
 *
 * @param isAgain one that was successful, too: it finds everything done
 * @param context of a function that has `durableClientInput` among its inputs
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when Durable Functions does not answer
 */
export async function startBatchRun(
  context: InvocationContext,
  name: string,
  state: BatchRunState,
  { isAgain = false }: { readonly isAgain?: boolean } = {},
): Promise<void> {
  try {
    const found = await findOrchestration(context, name);
    const status = String(found?.runtimeStatus ?? '');
    if (UNDER_WAY.has(status) || (status === 'Completed' && !isAgain)) return;
    await getClient(context).startNew(ORCHESTRATION, { instanceId: name, input: state });
  } catch (cause) {
    throw new ServingError(
      'TEMPORARILY_UNAVAILABLE',
      `the run ${name} cannot be started: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** What Durable Functions says of an orchestration; `undefined` when there is none of this name. */
export function findOrchestration(context: InvocationContext, name: string) {
  return getClient(context).getStatus(name).catch(noneIfMissing);
}

/** The client says it in a sentence only. */
function noneIfMissing(error: Error): undefined {
  if (/HTTP 404/.test(error.message)) return undefined;
  throw error;
}
