import type { JsonValue } from '../model/json-value.ts';
import type { PyValue } from '../model/py-value.ts';

/**
 * A JSON value as Python objects, without packed parts.
 *
 * Lists and objects without packed parts in them are not copied: the result must not be changed.
 */
export function plainValue(value: JsonValue): PyValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return plainList(value);
  if (value instanceof Map) return plainObject(value);
  return value.unpack() as PyValue;
}

function plainList(list: readonly JsonValue[]): PyValue[] {
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as JsonValue;
    if (typeof item === 'object' && plainValue(item) !== item) return list.map(plainValue);
  }
  return list as PyValue[];
}

function plainObject(object: ReadonlyMap<string, JsonValue>): PyValue {
  for (const item of object.values()) {
    if (typeof item === 'object' && plainValue(item) !== item) {
      return new Map([...object].map(([key, inner]) => [key, plainValue(inner)] as const));
    }
  }
  return object as PyValue;
}
