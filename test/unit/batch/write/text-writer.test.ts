import { describe, expect, it } from 'vitest';
import { createTextWriter } from '../../../../src/batch/write/text-writer.ts';

describe('createTextWriter', () => {
  it.each([
    0, 3, 10_000,
  ])('writes short and long texts, and copies, when %d bytes are expected', (expected) => {
    const texts = ['1', 'é', '', 'ab😀c', 'x'.repeat(100), 'é'.repeat(100), '\ud800'];
    const writer = createTextWriter(expected);

    for (const text of texts) {
      writer.write(text);
      writer.copy(Buffer.from('.row.'), 1, 4);
    }

    const written = writer.end();
    expect(Buffer.from(written).toString()).toBe(
      Buffer.from(texts.map((text) => `${text}row`).join('')).toString(),
    );
    expect(written.buffer.byteLength).toBe(written.length);
  });
});
