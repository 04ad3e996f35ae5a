import { describe, expect, it } from 'vitest';
import { decompress } from '../../../../src/invocation/decompress.ts';
import { decompressPage } from '../../../../src/scoring/parquet/decompress-page.ts';

const SNAPPY = 1;
const GZIP = 2;
const LZ4_HADOOP = 5;
const LZ4_RAW = 7;

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** `abcabcabcabc`: three literals and a match that overlaps what it writes. */
const LZ4_BLOCK = [0x34, ...ascii('abc'), 3, 0, 0x10, ...ascii('c')];

describe('decompressPage', () => {
  it.each([
    {
      name: 'a literal of Snappy',
      codec: SNAPPY,
      input: [3, 2 << 2, ...ascii('abc')],
      expected: 'abc',
    },
    {
      name: 'an overlapping copy of Snappy',
      codec: SNAPPY,
      input: [9, 2 << 2, ...ascii('abc'), (5 << 2) | 2, 3, 0],
      expected: 'abcabcabc',
    },
    {
      name: 'a literal of Snappy with a length of its own',
      codec: SNAPPY,
      input: [64, 60 << 2, 63, ...ascii('x'.repeat(64))],
      expected: 'x'.repeat(64),
    },
    { name: 'a block of LZ4', codec: LZ4_RAW, input: LZ4_BLOCK, expected: 'abcabcabcabc' },
    {
      name: 'a framed block of LZ4',
      codec: LZ4_HADOOP,
      input: [0, 0, 0, 12, 0, 0, 0, LZ4_BLOCK.length, ...LZ4_BLOCK],
      expected: 'abcabcabcabc',
    },
    {
      name: 'LZ4 without its frame',
      codec: LZ4_HADOOP,
      input: LZ4_BLOCK,
      expected: 'abcabcabcabc',
    },
  ])('reads $name', ({ codec, input, expected }) => {
    expect(text(decompressPage(Uint8Array.from(input), codec, expected.length, decompress))).toBe(
      expected,
    );
  });

  it.each([
    {
      name: 'Snappy of another length',
      codec: SNAPPY,
      input: [4, 2 << 2, ...ascii('abc')],
      length: 4,
    },
    { name: 'Snappy that says another length', codec: SNAPPY, input: [99, 0, 97], length: 1 },
    {
      name: 'Snappy that points outside',
      codec: SNAPPY,
      input: [4, (3 << 2) | 2, 9, 0],
      length: 4,
    },
    { name: 'Snappy that is cut', codec: SNAPPY, input: [9, 8 << 2, 97], length: 9 },
    { name: 'LZ4 that points outside', codec: LZ4_RAW, input: [0x10, 97, 9, 0], length: 9 },
    // 400 bytes of length that announce a match of 100 KB.
    {
      name: 'a bomb of LZ4',
      codec: LZ4_RAW,
      input: [0x1f, 97, 1, 0, ...Array(400).fill(255), 0],
      length: 9,
    },
    { name: 'broken gzip', codec: GZIP, input: [31, 139, 8, 0], length: 9 },
    { name: 'an unknown codec', codec: 3, input: [0], length: 1 },
  ])('refuses $name', ({ codec, input, length }) => {
    expect(() => decompressPage(Uint8Array.from(input), codec, length, decompress)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' }),
    );
  });

  it('stops a bomb of gzip at the announced length', () => {
    // 16 KiB of zeros.
    const bomb = Buffer.from(
      'H4sIAAAAAAACA+3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA',
      'base64',
    );

    expect(() => decompressPage(bomb, GZIP, 100, decompress)).toThrow(
      'a page cannot be decompressed',
    );
  });
});
