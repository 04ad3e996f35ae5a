import type { RowCutter } from './row-cutter.ts';

const [LF, CR, SPACE, TAB] = [0x0a, 0x0d, 0x20, 0x09];

/** Lines that are not blank. JSON has no other line ends than these: its strings hold none. */
export const lineCutter: RowCutter = {
  next(bytes, from, isLast) {
    let start = from;
    // A byte order mark; JSON text cannot begin with these bytes, in whatever line.
    if (bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) start += 3;
    while (start < bytes.length && isBlank(bytes[start])) start++;
    if (start === bytes.length) return undefined;
    const lineFeed = bytes.indexOf(LF, start);
    if (lineFeed < 0 && !isLast) return undefined;
    return { start, end: lineFeed < 0 ? bytes.length : lineFeed + 1 };
  },
};

const isBlank = (byte: number | undefined): boolean =>
  byte === LF || byte === CR || byte === SPACE || byte === TAB;
