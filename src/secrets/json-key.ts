import { ServingError } from '../errors.ts';

/**
 * The text at a key of a secret that holds a JSON object; numbers as JSON writes them.
 *
 * @param place for messages, which say what was wanted and nothing of what is there
 * @throws {ServingError} INVALID_PARAMETER_VALUE for anything but an object with a text or a number at the key
 */
export function jsonKeyOf(text: string, key: string, place: string): string {
  const value = parseObject(text, key, place)[key];
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  const fault = value === undefined ? 'has no key' : 'has neither a text nor a number at the key';
  throw new ServingError('INVALID_PARAMETER_VALUE', `${place} ${fault} "${key}"`);
}

function parseObject(text: string, key: string, place: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.assign(Object.create(null), value);
    }
  } catch {
    // JSON.parse quotes the text in its message: the error below says nothing of it.
  }
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${place} holds no JSON object, but its key "${key}" was asked for; leave #${key} out when it is a plain text`,
  );
}
