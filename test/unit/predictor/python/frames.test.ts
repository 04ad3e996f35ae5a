import { describe, expect, it } from 'vitest';
import {
  createFrameReader,
  encodeFrameStart,
  type Frame,
} from '../../../../src/predictor/python/frames.ts';

const encode = (head: Frame['head'], body: string): Buffer =>
  Buffer.concat([encodeFrameStart(head, Buffer.byteLength(body)), Buffer.from(body)]);

function readAll(chunks: Buffer[], maxBytes = 1000): { head: Frame['head']; body: string }[] {
  const found: { head: Frame['head']; body: string }[] = [];
  const reader = createFrameReader(maxBytes, ({ head, body }) =>
    found.push({ head, body: body.toString() }),
  );
  for (const chunk of chunks) reader.push(chunk);
  return found;
}

describe('createFrameReader', () => {
  const stream = Buffer.concat([encode({ n: 1 }, 'first'), encode({ n: 2 }, ''), encode({}, 'é')]);
  const frames = [
    { head: { n: 1 }, body: 'first' },
    { head: { n: 2 }, body: '' },
    { head: {}, body: 'é' },
  ];

  it.each([1, 2, 3, 7, 8, 9, 20, 1000])('reads frames from chunks of %i bytes', (size) => {
    const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, i) =>
      stream.subarray(i * size, (i + 1) * size),
    );

    expect(readAll(chunks)).toEqual(frames);
  });

  it('does not keep the memory of a chunk that is used again', () => {
    const found: Frame[] = [];
    const reader = createFrameReader(1000, (frame) => found.push(frame));
    const shared = Buffer.alloc(10);
    for (let at = 0; at < stream.length; at += 10) {
      const size = stream.copy(shared, 0, at, at + 10);
      reader.push(shared.subarray(0, size));
    }

    expect(found.map(({ head, body }) => ({ head, body: body.toString() }))).toEqual(frames);
  });

  it('refuses a body above the bound by its prefix alone', () => {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32LE(2, 0);
    prefix.writeUInt32LE(2 ** 31, 4);

    expect(() => readAll([prefix])).toThrow('a frame of 2147483650 bytes came; at most 1000');
  });

  it('refuses a head above 64 KiB, which is none of ours', () => {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32LE(70_000, 0);

    expect(() => readAll([prefix])).toThrow('a frame of 70000 bytes');
  });

  it('throws for a head that is no JSON', () => {
    const bytes = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{,')]);

    expect(() => readAll([bytes])).toThrow(SyntaxError);
  });

  it.each(['null', '[]', '7 '])('throws for a head that is %s, no object', (text) => {
    const bytes = Buffer.concat([
      Buffer.from([text.length, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from(text),
    ]);

    expect(() => readAll([bytes])).toThrow('the head of a frame is no object');
  });
});
