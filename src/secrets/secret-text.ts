import { ServingError } from '../errors.ts';
import { jsonKeyOf } from './json-key.ts';

/**
 * What a secret says: its text, or what is at a key of it; without a line break at its end, which files and editors put there.
 *
 * @param place for messages, which hold nothing of the text
 * @throws {ServingError} INVALID_PARAMETER_VALUE when nothing is left, and as `jsonKeyOf`
 */
export function secretText(text: string, key: string | undefined, place: string): string {
  const value = (key === undefined ? text : jsonKeyOf(text, key, place)).replace(/\r?\n$/, '');
  if (value !== '') return value;
  const where = key === undefined ? '' : ` at key "${key}"`;
  throw new ServingError('INVALID_PARAMETER_VALUE', `${place} is empty${where}`);
}
