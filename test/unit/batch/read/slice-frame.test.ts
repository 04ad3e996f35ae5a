import { describe, expect, it } from 'vitest';
import { sliceFrame } from '../../../../src/batch/read/slice-frame.ts';
import { column, frame } from '../../../../src/model/frame.ts';

const DOUBLES = column('x', 'float64', Float64Array.of(1, 2, 3, 4));
const TEXTS = column('t', 'object', ['a', null, 'c', 'd']);

describe('a slice of a frame', () => {
  it.each([
    ['doubles', DOUBLES, Float64Array.of(2, 3)],
    [
      'whole numbers',
      column('x', 'int64', BigInt64Array.of(1n, 2n, 3n, 4n)),
      BigInt64Array.of(2n, 3n),
    ],
    ['booleans', column('x', 'bool', Uint8Array.of(1, 0, 1, 0)), Uint8Array.of(0, 1)],
    ['texts', TEXTS, [null, 'c']],
    [
      'complex numbers, of two each',
      column('x', 'complex128', Float64Array.of(1, -1, 2, -2, 3, -3, 4, -4)),
      Float64Array.of(2, -2, 3, -3),
    ],
  ])('has its rows of %s', (_, whole, expected) => {
    const slice = sliceFrame(frame(4, [whole]), 1, 3);

    expect(slice).toEqual(frame(2, [{ ...whole, data: expected } as typeof whole]));
  });

  it('of no rows has the columns', () => {
    const slice = sliceFrame(frame(4, [DOUBLES, TEXTS]), 2, 2);

    expect(slice).toEqual(
      frame(0, [column('x', 'float64', new Float64Array(0)), column('t', 'object', [])]),
    );
  });

  it('takes nothing along but its own rows', () => {
    const [slice] = sliceFrame(frame(4, [DOUBLES]), 1, 3).columns;

    expect((slice?.data as Float64Array).buffer.byteLength).toBe(2 * 8);
  });

  it('of all rows is the frame itself', () => {
    const whole = frame(4, [DOUBLES, TEXTS]);

    expect(sliceFrame(whole, 0, 4)).toBe(whole);
  });

  it('of what a model returned is a fault of the program', () => {
    const packed = { kind: 'packed-dicts', keys: ['a'], columns: [] } as never;

    expect(() => sliceFrame(frame(4, [column('p', 'object', packed)]), 0, 1)).toThrow(
      'packed dicts are what models return',
    );
  });
});
