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

/** Each item is looked at once: to ask first and to build then would double the work per level. */
function plainList(list: readonly JsonValue[]): PyValue[] {
  let copy: PyValue[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as JsonValue;
    const plain = typeof item === 'object' ? plainValue(item) : item;
    if (copy === undefined && plain !== item) copy = list.slice(0, i) as PyValue[];
    copy?.push(plain);
  }
  return copy ?? (list as PyValue[]);
}

function plainObject(object: ReadonlyMap<string, JsonValue>): PyValue {
  let copy: Map<string, PyValue> | undefined;
  for (const [key, item] of object) {
    const plain = typeof item === 'object' ? plainValue(item) : item;
    if (plain === item) continue;
    copy ??= new Map(object as ReadonlyMap<string, PyValue>);
    copy.set(key, plain);
  }
  return copy ?? (object as PyValue);
}
