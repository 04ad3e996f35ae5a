import { describe, expect, it } from 'vitest';
import { createLineSplitter, type WorkerLine } from '../../../../src/predictor/python/log-lines.ts';

function splitter() {
  const lines: string[] = [];
  const clock = { ms: 0 };
  const add = ({ text }: WorkerLine): number => lines.push(text);
  return { lines, clock, splitter: createLineSplitter('stdout', add, () => clock.ms) };
}

describe('createLineSplitter', () => {
  it('puts lines together from pieces, a character in two chunks included', () => {
    const { lines, splitter: into } = splitter();
    const bytes = Buffer.from('one\r\ntwo é\nrest');

    for (const byte of bytes) into.push(Buffer.from([byte]));
    expect(lines).toEqual(['one', 'two é']);

    into.end();
    expect(lines).toEqual(['one', 'two é', 'rest']);
  });

  it('cuts a line that does not end, and keeps nothing of the rest', () => {
    const { lines, splitter: into } = splitter();

    for (let i = 0; i < 100; i++) into.push(Buffer.alloc(1000, 'x'));
    into.push(Buffer.from('\nnext\n'));

    expect(lines.map((line) => line.length)).toEqual([4097, 4]);
  });

  it('leaves out what is too much for a second, and says how much', () => {
    const { lines, clock, splitter: into } = splitter();

    into.push(Buffer.from('x\n'.repeat(1000)));
    clock.ms = 1000;
    into.push(Buffer.from('later\n'));

    expect(lines.length).toBe(202);
    expect(lines.slice(-2)).toEqual(['(800 lines left out: at most 200 a second)', 'later']);
  });
});
