import { expect, it } from 'vitest';
import { holdsOneValue } from '../../../../src/batch/score/holds-one-value.ts';

const holds = (line: string): boolean => {
  const bytes = Buffer.from(`,${line},`);
  return holdsOneValue(bytes, 1, bytes.length - 1);
};

it.each([
  '{"a": [1, {"b": "}"}], "c": "\\"],"}\n',
  '{}',
  '[1, 2]',
  '7',
])('finds everything closed in %s', (line) => {
  expect(holds(line)).toBe(true);
});

it.each([
  '{"a": [1',
  '2]}',
  '{"a": 1}, {"a": 2}',
  '{"a": "open}',
  '{"a": "\\"}',
])('finds what another line would have to close in %s', (line) => {
  expect(holds(line)).toBe(false);
});
