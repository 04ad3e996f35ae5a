import { expect, it } from 'vitest';
import { joinFrames } from '../../../../src/batch/score/join-frames.ts';
import { column, frame } from '../../../../src/model/frame.ts';

const doubles = (label: string, ...cells: number[]) =>
  frame(cells.length, [column(label, 'float64', Float64Array.from(cells))]);
const integers = (label: string, ...cells: bigint[]) =>
  frame(cells.length, [column(label, 'int64', BigInt64Array.from(cells))]);

it('keeps a dtype that all frames have', () => {
  expect(joinFrames([doubles('p', 1, 2), doubles('p', 3)])).toEqual(doubles('p', 1, 2, 3));
});

it('keeps the cells of different dtypes as what they are', () => {
  expect(joinFrames([doubles('p', 1), integers('p', 2n)])).toEqual(
    frame(2, [column('p', 'object', [1, 2n])]),
  );
});

it('fills a column that a frame does not have with null', () => {
  expect(joinFrames([doubles('a', 1), doubles('b', 2)])).toEqual(
    frame(2, [column('a', 'object', [1, null]), column('b', 'object', [null, 2])]),
  );
});

it('keeps real and imaginary parts beside each other', () => {
  const one = frame(1, [column('z', 'complex64', Float32Array.of(1, 2))]);

  expect(joinFrames([one, one])).toEqual(
    frame(2, [column('z', 'complex64', Float32Array.of(1, 2, 1, 2))]),
  );
});
