import { expect, it } from 'vitest';
import { encodeRefused } from '../../../../src/batch/job/encode-refused.ts';

it('writes a line for each row, whatever it holds', () => {
  const row = (record: unknown) => ({
    row: 7,
    column: 'a',
    rule: 'BAD_REQUEST',
    message: 'm',
    record,
  });
  const records = [
    { a: 1n, b: 2n ** 60n, c: Number.NaN, d: null },
    'x\n"y"',
    [Number.NEGATIVE_INFINITY],
  ];

  const lines = Buffer.from(encodeRefused(records.map(row)))
    .toString()
    .split('\n');

  expect(lines.pop()).toBe('');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    row({ a: 1, b: '1152921504606846976', c: 'NaN', d: null }),
    row('x\n"y"'),
    row(['-Infinity']),
  ]);
});
