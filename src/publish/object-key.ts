import { ServingError } from '../errors.ts';

/**
 * Refuse a key that could lead anywhere but to its own object below the root.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE
 */
export function checkObjectKey(key: string): void {
  const isSafe =
    key.isWellFormed() &&
    !/[\\\0]/.test(key) &&
    key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (isSafe) return;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${JSON.stringify(key.slice(0, 80))} cannot be a key: expected parts with / between them, none empty, "." or ".."`,
  );
}
