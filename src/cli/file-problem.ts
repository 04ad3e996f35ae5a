import { access, constants } from 'node:fs/promises';
import { ServingError } from '../errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not',
  EISDIR: 'it is a folder',
};

/** What the system says of a file that the command line names, in words. */
export function fileProblem(task: 'read' | 'write', path: string, cause: unknown): ServingError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  const reason = REASONS[code] ?? (code || 'the device failed');
  return new ServingError('INVALID_PARAMETER_VALUE', `cannot ${task} ${path}: ${reason}`, {
    cause,
  });
}

/**
 * Look at once whether files that are read much later are there.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE naming the first that cannot be read, and why
 */
export async function checkReadable(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await access(path, constants.R_OK).catch((error: unknown) => {
      throw fileProblem('read', path, error);
    });
  }
}
