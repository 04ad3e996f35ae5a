import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ServingError } from '../errors.ts';
import type { AzureStep } from './azure-steps.ts';

/**
 * Run one step with the Azure CLI, whose own messages go to standard error.
 *
 * @returns what it printed
 * @throws {ServingError} NOT_IMPLEMENTED when there is no `az`, INVALID_STATE when it failed; the signal's reason
 */
export async function runAz({ title, args }: AzureStep, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const child = spawn('az', args, { stdio: ['ignore', 'pipe', 'inherit'], signal });
  let printed = '';
  child.stdout.on('data', (bytes: Buffer) => {
    printed += bytes.toString();
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    signal.throwIfAborted();
    if (code === 0) return printed;
    throw new ServingError(
      'INVALID_STATE',
      `az failed (${title}, exit code ${code}); its message is above. Nothing after it was done: repair it, and run the same command again`,
    );
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new ServingError(
      'NOT_IMPLEMENTED',
      'there is no az on the PATH: install the Azure CLI (https://aka.ms/azure-cli), or leave --run out and run the printed lines where it is',
      { cause: error },
    );
  }
}
