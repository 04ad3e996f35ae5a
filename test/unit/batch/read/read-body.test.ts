import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { BatchInput } from '../../../../src/batch/batch-input.ts';
import { readBody } from '../../../../src/batch/read/read-body.ts';

/** In pieces of 10 bytes. */
function inputOf(content: string | Buffer): BatchInput & { readBytes(): number } {
  const bytes = Buffer.from(content);
  let readBytes = 0;
  return {
    ...{ uri: 'file:body.json', key: 'body.json', etag: '1', sizeBytes: bytes.length },
    readBytes: () => readBytes,
    async *stream() {
      while (readBytes < bytes.length) {
        const piece = bytes.subarray(readBytes, readBytes + 10);
        readBytes += piece.length;
        yield piece;
      }
    },
    read: async ({ start, end }) => bytes.subarray(start, end),
  };
}

const BODY = '{"inputs": [[1, 2], [3, 4], [5, 6]]}';

describe('a body', () => {
  it.each([
    ['as it is', BODY, false],
    ['of gzip', gzipSync(BODY), true],
  ])('%s is read whole', async (_, content, isGzip) => {
    const { kind, bytes } = await readBody(inputOf(content), isGzip, 1_000);

    expect(kind).toBe('body');
    expect(Buffer.from(bytes).toString()).toBe(BODY);
  });

  it('of nothing is a body', async () => {
    expect((await readBody(inputOf(''), false, 10)).bytes).toHaveLength(0);
  });

  it.each([
    ['as it is', BODY, false],
    ['of gzip', gzipSync(BODY), true],
  ])('%s may have as many bytes as that, and not one more', async (_, content, isGzip) => {
    const { bytes } = await readBody(inputOf(content), isGzip, BODY.length);

    expect(bytes).toHaveLength(BODY.length);
    await expect(readBody(inputOf(content), isGzip, BODY.length - 1)).rejects.toMatchObject({
      code: 'REQUEST_TOO_LARGE',
      message: expect.stringContaining(`more than ${BODY.length - 1} bytes`),
    });
  });

  it('that is too large is not read on', async () => {
    const input = inputOf('x'.repeat(100_000));

    await expect(readBody(input, false, 95)).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' });

    expect(input.readBytes()).toBe(100);
  });

  it('that unzips to far more than it has is not unzipped to its end', async () => {
    const bomb = inputOf(gzipSync(Buffer.alloc(100 * 2 ** 20)));

    await expect(readBody(bomb, true, 1_000)).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' });

    expect(bomb.readBytes()).toBeLessThan(bomb.sizeBytes);
  });
});
