import { describe, expect, it } from 'vitest';
import { createByteReader } from '../../../../src/scoring/parquet/byte-reader.ts';
import { bitWidthOf, readRle } from '../../../../src/scoring/parquet/rle.ts';

function read(bytes: number[], bitWidth: number, count: number): number[] {
  const output = new Uint32Array(count);
  readRle(createByteReader(Uint8Array.from(bytes)), bitWidth, output, count);
  return [...output];
}

describe('readRle', () => {
  it('repeats the value of a run', () => {
    expect(read([4 << 1, 7], 3, 4)).toEqual([7, 7, 7, 7]);
  });

  it('unpacks eight numbers of three bits from three bytes', () => {
    expect(read([(1 << 1) | 1, 0b10001000, 0b11000110, 0b11111010], 3, 8)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  it('unpacks numbers of 31 bits', () => {
    const packed = [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, ...Array(23).fill(0)];

    expect(read([(1 << 1) | 1, ...packed], 31, 2)).toEqual([2 ** 31 - 1, 0]);
  });

  it('takes no more of a run than it wants', () => {
    const endless = [0xfe, 0xff, 0xff, 0xff, 0x0f, 1];

    expect(read(endless, 1, 3)).toEqual([1, 1, 1]);
  });

  it.each([
    { name: 'an empty run', bytes: [0, 1] },
    { name: 'a run without its value', bytes: [4 << 1] },
    { name: 'packed numbers that are cut off', bytes: [(2 << 1) | 1, 0xff] },
    { name: 'a header without end', bytes: Array(9).fill(0x80) },
    { name: 'nothing', bytes: [] },
  ])('refuses $name', ({ bytes }) => {
    expect(() => read(bytes, 3, 16)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});

describe('bitWidthOf', () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 2],
    [255, 8],
  ])('stores levels up to %i in %i bits', (max, bits) => {
    expect(bitWidthOf(max)).toBe(bits);
  });
});
