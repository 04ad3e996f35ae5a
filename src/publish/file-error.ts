import { type ErrorCode, ServingError } from '../errors.ts';

const MEANING_BY_ERRNO: Readonly<Record<string, readonly [code: ErrorCode, text: string]>> = {
  EACCES: ['PERMISSION_DENIED', 'this process may not write to'],
  EPERM: ['PERMISSION_DENIED', 'this process may not write to'],
  EROFS: ['PERMISSION_DENIED', 'the file system is read-only at'],
  ENOTDIR: ['INVALID_PARAMETER_VALUE', 'there is a file where a folder is expected, above'],
  EISDIR: ['INVALID_PARAMETER_VALUE', 'there is a folder where a file is expected, at'],
  ENOTEMPTY: ['INVALID_PARAMETER_VALUE', 'there is a folder where a file is expected, at'],
  ENAMETOOLONG: ['INVALID_PARAMETER_VALUE', 'the file system does not take names as long as'],
  ELOOP: ['INVALID_PARAMETER_VALUE', 'links go round in a circle at'],
  ENOSPC: ['TEMPORARILY_UNAVAILABLE', 'the disk is full at'],
  EDQUOT: ['TEMPORARILY_UNAVAILABLE', 'the quota of the disk is used up at'],
};

/** Only what is understood; a failing disk stays what it is. */
export function translateFileError(error: unknown, place: string): unknown {
  const [code, text] = MEANING_BY_ERRNO[errnoOf(error)] ?? [];
  if (code === undefined) return error;
  return new ServingError(code, `${text} ${place}`, { cause: error });
}

/** Nothing is there, or something that is no file. */
export const isAbsent = (error: unknown): boolean =>
  /^(ENOENT|ENOTDIR|EISDIR)$/.test(errnoOf(error));

export const errnoOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** For `catch`: nothing there is `undefined`, any other error is thrown again. */
export function absentAsUndefined(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}
