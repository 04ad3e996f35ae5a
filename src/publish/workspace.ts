import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTemporaryDirectory } from '../artifacts/temporary-directory.ts';
import { ServingError } from '../errors.ts';
import { translateFileError } from './file-error.ts';

/**
 * Lend a folder that is about to be made, for files on their way, and remove it whatever happens. What
 * killed processes left behind is removed, too. Only this user may read it: a model may be a secret.
 *
 * @param use gets the path of a folder that does not exist yet
 * @throws {ServingError} DEADLINE_EXCEEDED when the signal's time ran out; PERMISSION_DENIED or INVALID_PARAMETER_VALUE when
 *   there is no folder for temporary files that can be written to
 */
export async function inWorkspace<T>(
  use: (folder: string) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const prefix = join(tmpdir(), 'mlflow-serverless-publish');
  const workspace = await createTemporaryDirectory(prefix).catch((error: unknown) => {
    throw isDiskFull(error) ? noRoom(error) : translateFileError(error, temporaryFolder());
  });
  try {
    await chmod(workspace.path, 0o700);
    return await use(join(workspace.path, 'model'));
  } catch (error) {
    throw translate(signal?.aborted ? signal.reason : error);
  } finally {
    await workspace.remove();
  }
}

const temporaryFolder = (): string =>
  `the folder for temporary files, ${tmpdir()} (name another one in TMPDIR)`;

function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'TimeoutError') return error;
  return new ServingError(
    'DEADLINE_EXCEEDED',
    'publishing took longer than it was given; nothing of it is visible: publish again with more time',
    { cause: error },
  );
}

export const noRoom = (cause: unknown): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    'no space left on the disk: publishing first copies the whole model to the folder for temporary files; make room there, or name another folder in TMPDIR',
    { cause },
  );

export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  return error instanceof ServingError && isDiskFull(error.cause);
}
