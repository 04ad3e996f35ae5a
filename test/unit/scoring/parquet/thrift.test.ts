import { describe, expect, it } from 'vitest';
import { createByteReader } from '../../../../src/scoring/parquet/byte-reader.ts';
import { fields, readStruct } from '../../../../src/scoring/parquet/thrift.ts';

const read = (...bytes: number[]) => readStruct(createByteReader(Uint8Array.from(bytes)));

describe('readStruct', () => {
  it('reads numbers, texts, lists and structs by their field', () => {
    const struct = read(
      ...[0x15, 0x05], // field 1: int32 -3
      ...[0x18, 0x02, 0x68, 0x69], // field 2: "hi"
      ...[0x19, 0x25, 0x02, 0x04], // field 3: list of 1 and 2
      ...[0x1c, 0x11, 0x00], // field 4: struct whose field 1 is true
      ...[0x06, 0x14, 0x80, 0x80, 0x80, 0x80, 0x40], // field 10: int64 2^33
      0x00,
    );

    expect(fields.number(struct, 1)).toBe(-3);
    expect(fields.text(struct, 2)).toBe('hi');
    expect(struct.get(3)).toEqual([1, 2]);
    expect(struct.get(4)).toEqual(new Map([[1, true]]));
    expect(fields.number(struct, 10)).toBe(2 ** 33);
    expect(fields.number(struct, 99)).toBeUndefined();
  });

  it.each([
    { name: 'no end', bytes: [0x15, 0x05] },
    { name: 'a text beyond the end', bytes: [0x18, 0xff, 0xff, 0xff, 0xff, 0x0f] },
    { name: 'a list beyond the end', bytes: [0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x07] },
    { name: 'a number without end', bytes: [0x16, ...Array(1000).fill(0x80)] },
    { name: 'an unknown type', bytes: [0x1e] },
    { name: 'structs in structs without end', bytes: Array(1000).fill(0x1c) },
    { name: 'lists in lists without end', bytes: [0x19, ...Array(1000).fill(0x19)] },
  ])('refuses $name', ({ bytes }) => {
    expect(() => read(...bytes)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('refuses a million empty structs, which cost a byte each', () => {
    const bytes = [0x19, 0xfc, 0x81, 0x89, 0x7a, ...Array(2_000_001).fill(0)];

    expect(() => readStruct(createByteReader(Uint8Array.from(bytes)))).toThrow(
      expect.objectContaining({ code: 'REQUEST_TOO_LARGE' }),
    );
  });

  it('refuses a field of another type than expected', () => {
    expect(() => fields.text(read(0x15, 0x05, 0x00), 1)).toThrow('another type');
  });
});
