import type { PyValue } from '../../model/py-value.ts';

/** Python's `bool(value)` for what a JSON body can hold: NaN is true, empty text and lists are not. */
export function isTruthy(value: PyValue): boolean {
  if (value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (typeof value === 'number') return value !== 0;
  return Boolean(value);
}
