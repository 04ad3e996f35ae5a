import type { JsonValue } from './json-value.ts';

/** A number no writer produces; stands for NaN, which `JSON.parse` does not know. */
const NAN_SOURCE = '-0e999';

const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * Parse a small JSON text of an MLmodel file, keeping ints and floats apart.
 *
 * Request bodies have their own, faster parser; this one is for signatures. Python's `NaN` and
 * `Infinity` are understood.
 *
 * @throws {SyntaxError} when the text is not JSON
 */
export function decodeJson(text: string): unknown {
  const source = text.replace(STRING_OR_WORD, (match) => {
    if (match.startsWith('"')) return match;
    return match === 'NaN' ? NAN_SOURCE : match.replace('Infinity', '1e999');
  });
  const revive: Reviver = (_key, value, context) => {
    if (typeof value !== 'number') return value;
    if (context.source === NAN_SOURCE) return Number.NaN;
    return /^-?\d+$/.test(context.source ?? '') ? BigInt(context.source ?? '') : value;
  };
  return JSON.parse(source, revive as (key: string, value: unknown) => unknown);
}

/**
 * Turn decoded JSON (plain objects) into a `JsonValue` (Maps).
 *
 * A whole `number` may have been written `1` or `1.0`; `isFloat` decides.
 */
export function toJsonValue(value: unknown, isFloat = false): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') {
    return Number.isInteger(value) && !isFloat ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => toJsonValue(item, isFloat));
  if (typeof value === 'object' && !(value instanceof Map)) {
    return new Map(
      Object.entries(value).map(([key, item]) => [key, toJsonValue(item, isFloat)] as const),
    );
  }
  return value as JsonValue;
}
