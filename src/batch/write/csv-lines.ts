import { COMMA, CR, LF, QUOTE } from '../../scoring/csv/csv-source.ts';

const TAB = 9;
const SPACE = 32;

/** Where a record ends: before its line end, and before the blank lines after that. */
export function recordEnd(bytes: Uint8Array, start: number, next: number): number {
  // The usual case, at a third of the time.
  const last = next - 2;
  if (last >= start && bytes[last + 1] === LF && (bytes[last] as number) > SPACE) return last + 1;
  let end = next;
  while (end > start && isBlank(bytes[end - 1])) end--;
  while (end < next && bytes[end] !== LF && bytes[end] !== CR) end++;
  return end;
}

const isBlank = (byte: number | undefined): boolean =>
  byte === LF || byte === CR || byte === SPACE || byte === TAB;

/** Number of fields of a record. */
export function countFields(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let count = 1; ; count++) {
    // Only a quote that opens a field hides commas.
    if (at < end && bytes[at] === QUOTE) at = closingQuote(bytes, at, end);
    while (at < end && bytes[at] !== COMMA) at++;
    if (at >= end) return count;
    at++;
  }
}

/** The quote that ends a field: doubled ones are text. */
function closingQuote(bytes: Uint8Array, open: number, end: number): number {
  let at = open + 1;
  while (at < end) {
    if (bytes[at] !== QUOTE) at++;
    else if (bytes[at + 1] === QUOTE) at += 2;
    else return at;
  }
  return end;
}

/** The line end of a header: `\n`, `\r\n` or `\r`; `\n` where there is none. */
export function lineEndOf(header: Uint8Array): string {
  const end = recordEnd(header, 0, header.length);
  if (header[end] !== CR) return '\n';
  return header[end + 1] === LF ? '\r\n' : '\r';
}
