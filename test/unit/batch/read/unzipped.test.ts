import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unzipped } from '../../../../src/batch/read/unzipped.ts';

const FIRST = gzipSync('first\n');
const SECOND = gzipSync('second\n');
const ZEROS = Buffer.alloc(512);

async function* streamOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function textOf(...parts: readonly Uint8Array[]): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of unzipped(streamOf(parts))) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const bytewise = (bytes: Buffer): Buffer[] => [...bytes].map((byte) => Buffer.of(byte));

describe('unzipped', () => {
  it.each([
    ['one member', [FIRST], 'first\n'],
    ['a member of nothing', [gzipSync('')], ''],
    ['members in one piece', [Buffer.concat([FIRST, SECOND])], 'first\nsecond\n'],
    ['members in pieces of their own', [FIRST, SECOND], 'first\nsecond\n'],
    ['members byte by byte', bytewise(Buffer.concat([FIRST, SECOND])), 'first\nsecond\n'],
    ['zeros at the end', [Buffer.concat([FIRST, ZEROS])], 'first\n'],
    ['zeros at the end, in pieces', [FIRST, ZEROS, ZEROS], 'first\n'],
  ])('gives the content of %s', async (_, parts, expected) => {
    expect(await textOf(...parts)).toBe(expected);
  });

  it('gives much in pieces, and not as a whole', async () => {
    const text = 'abcdefg\n'.repeat(250_000);
    const sizes: number[] = [];

    for await (const { length } of unzipped(streamOf([gzipSync(text)]))) sizes.push(length);

    expect(sizes.reduce((sum, size) => sum + size)).toBe(text.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
  });

  it.each([
    ['no gzip', [Buffer.from('a,b\n1,2\n')]],
    ['nothing', []],
    ['cut off in the header', [FIRST.subarray(0, 5)]],
    ['cut off before the checksum', [FIRST.subarray(0, -8)]],
    ['cut off in the checksum', [FIRST.subarray(0, -1)]],
    ['cut off in the second member', [FIRST, SECOND.subarray(0, -3)]],
    ['cut off after a byte of the second member', [FIRST, SECOND.subarray(0, 1)]],
    ['damaged', [Buffer.from(FIRST.map((byte, i) => (i === FIRST.length - 6 ? byte ^ 1 : byte)))]],
    ['gzip with text behind it', [Buffer.concat([FIRST, Buffer.from('more\n')])]],
    ['gzip with text behind it, in a piece of its own', [FIRST, Buffer.from('more\n')]],
  ])('refuses what is %s', async (_, parts) => {
    await expect(textOf(...parts)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'the file cannot be unzipped: it is no gzip, or it is cut off',
    });
  });

  // zlib takes zeros for the end, and leaves out what is behind them.
  it.each([
    ['in one piece', [Buffer.concat([FIRST, ZEROS, SECOND])]],
    ['in the next piece', [Buffer.concat([FIRST, ZEROS]), SECOND]],
    ['many pieces later', [FIRST, ...new Array<Buffer>(300).fill(Buffer.alloc(65_536)), SECOND]],
  ])('loses no member behind zeros, %s', async (_, parts) => {
    await expect(textOf(...parts)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'the file cannot be unzipped: after its end there are zeros, and then more',
    });
  });

  it('passes on what reading the bytes throws', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield FIRST.subarray(0, 12);
      throw new Error('the connection is gone');
    }
    const reading = async () => {
      for await (const _ of unzipped(failing()));
    };

    await expect(reading()).rejects.toThrow('the connection is gone');
  });

  it('stops reading when nobody wants more', async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield gzipSync('again\n'.repeat(1_000));
      } finally {
        isClosed = true;
      }
    }

    for await (const _ of unzipped(endless())) break;
    await new Promise(setImmediate);

    expect(isClosed).toBe(true);
  });
});
