import { isPackedNumbers, isPackedRecords, type JsonValue } from '../model/json-value.ts';
import type { PyValue } from '../model/py-value.ts';

/**
 * A JSON value as Python objects, without packed parts.
 *
 * Costs a copy of every list and object; the fast paths never call it.
 */
export function plainValue(value: JsonValue): PyValue {
  if (isPackedNumbers(value) || isPackedRecords(value)) return value.unpack() as PyValue;
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, plainValue(item)] as const));
  }
  return value;
}
