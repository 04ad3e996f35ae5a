import { ServingError } from '../errors.ts';

/**
 * Accept a path that an MLmodel names, if it stays inside the model's own directory.
 *
 * Whoever logged the model wrote it, so it is not trusted with other files of this machine.
 *
 * @param key where in the MLmodel it stands, for the message
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it is no text, absolute, or leaves the directory
 */
export function checkModelPath(path: unknown, key: string): string {
  if (typeof path !== 'string' || path === '') {
    throw invalid(`${key} in MLmodel must be a relative path, got ${typeName(path)}`);
  }
  const isAbsolute = path.startsWith('/') || path.startsWith('\\') || /^[A-Za-z]:/.test(path);
  if (isAbsolute || path.split(/[\\/]/).includes('..') || path.includes('\0')) {
    throw invalid(`${key} in MLmodel must stay inside the model directory: no "..", not absolute`);
  }
  return path;
}

const invalid = (message: string) => new ServingError('INVALID_PARAMETER_VALUE', message);

const typeName = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing';
  if (value === '') return 'an empty text';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
};
