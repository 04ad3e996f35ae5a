import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../../src/errors.ts';
import type { JsonValue } from '../../../../src/model/json-value.ts';
import { isJsonList, plainList } from '../../../../src/model/json-value.ts';
import { parseJson, parseJsonText } from '../../../../src/scoring/json/parse-json.ts';

const options = { maxDepth: 200 };

/** Our tree as JSON.parse would have made it: ints as numbers, objects without order. */
function plain(value: JsonValue): unknown {
  if (isJsonList(value)) return plainList(value).map(plain);
  if (value instanceof Map) {
    return Object.fromEntries(Array.from(value, ([key, item]) => [`key ${key}`, plain(item)]));
  }
  // The int `-0` has no sign in Python.
  return typeof value === 'bigint' ? Number(value) : unsigned(value);
}

/** The same for JSON.parse. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [`key ${key}`, expected(item)]),
    );
  }
  return unsigned(value);
}

const unsigned = (value: unknown): unknown => (value === 0 ? 0 : value);

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc
    .tuple(fc.integer(), fc.nat(), fc.integer({ min: -330, max: 330 }))
    .map(([a, b, e]) => `${a}.${b}e${e}`),
  fc.constantFrom('null', '0.1', '1e22', '123456789.123456789'),
);
const list = (item: fc.Arbitrary<string>) =>
  fc.array(item, { maxLength: 6 }).map((items) => `[${items}]`);
const table = fc
  .tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 }), fc.array(number, { minLength: 16, maxLength: 16 }))
  .map(([rows, columns, cells]) => {
    const row = (r: number) => `[${cells.slice(r * columns, (r + 1) * columns)}]`;
    return `[${Array.from({ length: rows }, (_, r) => row(r))}]`;
  });
const recordList = fc
  .tuple(
    fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }),
    fc.array(number, { minLength: 16, maxLength: 16 }),
  )
  .map(
    ([keys, cells]) =>
      `[${[0, 1, 2].map((r) => `{${keys.map((key, k) => `${JSON.stringify(key)}: ${cells[4 * r + k]}`)}}`)}]`,
  );
const json = fc.oneof(
  fc.json({ maxDepth: 8 }),
  list(number),
  table,
  recordList,
  list(table),
  list(fc.json()),
);

/** JSON with a few bytes lost, changed or inserted. */
const damaged = fc
  .tuple(
    json,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([text, changes]) => {
    const bytes = [...Buffer.from(text)];
    for (const [place, removed, byte] of changes)
      bytes.splice(place % (bytes.length + 1), removed, byte);
    return Uint8Array.from(bytes);
  });

describe('parseJson', () => {
  it('agrees with JSON.parse on every document that it accepts', () => {
    fc.assert(
      fc.property(json, (text) => {
        const wanted = expected(JSON.parse(text));

        expect(plain(parseJson(Buffer.from(text), options))).toEqual(wanted);
        expect(plain(parseJsonText(text, options))).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
  });

  it('throws nothing but a 400, and never where JSON.parse succeeds', () => {
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        try {
          parseJson(bytes, options);
        } catch (error) {
          expect(error).toBeInstanceOf(ServingError);
          expect((error as ServingError).status).toBe(400);
          expect(() =>
            JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
          ).toThrow();
        }
      }),
      { numRuns: 6000 },
    );
  });
});
