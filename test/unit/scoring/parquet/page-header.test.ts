import { describe, expect, it } from 'vitest';
import { createByteReader } from '../../../../src/scoring/parquet/byte-reader.ts';
import { pageCount, readPageHeader } from '../../../../src/scoring/parquet/page-header.ts';

/** A small signed number in Thrift's compact protocol, behind the byte that says which field it is. */
const number = (value: number): number[] => [0x15, (value << 1) ^ (value >> 31)];
const header = (kind: number, length: number, storedBytes: number): Uint8Array =>
  Uint8Array.of(
    ...number(kind),
    ...number(length),
    ...number(storedBytes),
    0x2c,
    ...number(7),
    0,
    0,
  );
const read = (bytes: Uint8Array) => readPageHeader(createByteReader(new Uint8Array(bytes)));

describe('the header of a page', () => {
  it('says what it is and how long, and stands in front of it', () => {
    const reader = createByteReader(
      new Uint8Array(Buffer.concat([header(0, 40, 20), header(0, 1, 1)])),
    );
    const found = readPageHeader(reader);

    expect(found).toMatchObject({ kind: 'data', length: 40, storedBytes: 20 });
    expect(pageCount(found, 7)).toBe(7);
    expect(readPageHeader(reader)).toMatchObject({ length: 1, storedBytes: 1 });
  });

  it.each([1, 9])('is of a page that may be left out when its kind is %d', (kind) => {
    expect(read(header(kind, 4, 4)).kind).toBe('other');
  });

  it.each([
    { length: -1, storedBytes: 4 },
    { length: 4, storedBytes: -1 },
  ])('is refused with sizes of less than nothing: $length, $storedBytes', (sizes) => {
    expect(() => read(header(0, sizes.length, sizes.storedBytes))).toThrow('is negative');
  });

  it('is refused without what is said of its kind', () => {
    expect(() => read(header(2, 4, 4))).toThrow('the header of a page');
  });

  it('is refused with more values than there can be', () => {
    expect(() => pageCount(read(header(0, 4, 4)), 6)).toThrow('more values than its column');
  });
});
