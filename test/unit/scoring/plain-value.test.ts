import { expect, it } from 'vitest';
import type { JsonValue } from '../../../src/model/json-value.ts';
import { parseJsonText } from '../../../src/scoring/json/parse-json.ts';
import { plainValue } from '../../../src/scoring/plain-value.ts';

const read = (text: string): JsonValue => parseJsonText(text, { maxDepth: 500 });

it('unpacks lists at every level and leaves the rest as it is', () => {
  const value = read('{"a": [[1, 2.5], {"b": [1]}], "c": "x"}');

  expect(plainValue(value)).toEqual(
    new Map<string, unknown>([
      ['a', [[1n, 2.5], new Map([['b', [1n]]])]],
      ['c', 'x'],
    ]),
  );
});

it('does not copy what has nothing packed in it', () => {
  const value = read('{"a": ["x", {"b": []}]}');

  expect(plainValue(value)).toBe(value);
});

it('takes time in proportion to the text, however deep a packed list lies', () => {
  const levels = 240;
  const value = read(`${'[{"a":'.repeat(levels)}[1]${'}]'.repeat(levels)}`);
  const startedAtMs = performance.now();

  plainValue(value);

  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
});
