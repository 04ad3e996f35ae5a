import type { TextChunk } from '../chunk.ts';

/** Some rows of a text file as the HTTP request that they would be. */
export interface RowsBody {
  readonly contentType: 'text/csv' | 'application/json';
  readonly body: Uint8Array;
}

const RECORDS_START = Buffer.from('{"dataframe_records": [');
const RECORDS_END = Buffer.from(']}');
const COMMA = 0x2c;

/**
 * The rows [from, to) of a chunk as a request body: CSV below its header, lines of JSON as `dataframe_records`.
 *
 * Every line of JSON must be one value by itself, or lines could complete each other (`holdsOneValue`).
 */
export function rowsAsBody(chunk: TextChunk, from: number, to: number): RowsBody {
  const { kind, header, bytes, starts } = chunk;
  if (kind === 'csv') {
    const rows = bytes.subarray(starts[from], starts[to]);
    return { contentType: 'text/csv', body: Buffer.concat([header, rows]) };
  }
  return { contentType: 'application/json', body: joinLines(bytes, starts, from, to) };
}

/** Line ends are blanks to JSON: each becomes the comma, in one copy of the bytes. */
function joinLines(bytes: Uint8Array, starts: Uint32Array, from: number, to: number): Uint8Array {
  const [first = 0, end = 0] = [starts[from], starts[to]];
  const body = new Uint8Array(RECORDS_START.length + (end - first) + (to - from) + 2);
  body.set(RECORDS_START);
  let at = RECORDS_START.length;
  for (let row = from; row < to; row++) {
    const line = bytes.subarray(starts[row], starts[row + 1]);
    if (row > from) body[at++] = COMMA;
    body.set(line, at);
    at += line.length;
  }
  body.set(RECORDS_END, at);
  return body.subarray(0, at + RECORDS_END.length);
}
