import { jsonString } from '../../scoring/encode/json-string.ts';
import type { TextChunk } from '../chunk.ts';
import type { ScoredChunk } from '../scored-chunk.ts';
import { acceptedRows } from './accepted-rows.ts';
import { appendToRows } from './append-to-rows.ts';
import { freeName } from './column-names.ts';
import { jsonFields } from './encode-json-frame.ts';
import { noObject, parseJsonRow } from './parse-json-row.ts';
import type { TextPiece } from './text-piece.ts';
import type { TextWriter } from './text-writer.ts';

const OPEN = 0x7b;
const CLOSE = 0x7d;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * The objects of a JSON Lines chunk as they stand, predictions appended as further keys.
 *
 * Lines are told apart: only in an object that has the key already gets a prediction `_predicted` appended to its name.
 *
 * @throws {ServingError} INTERNAL_ERROR for predictions that JSON cannot hold; BAD_REQUEST for a line that is no object
 */
export function encodeJsonRows(chunk: TextChunk, scored: ScoredChunk): TextPiece {
  const { bytes } = chunk;
  const rows = acceptedRows(scored);
  const rowEnds = rows.map((row) => closingBrace(chunk, row));
  const fields = jsonFields(scored.predictions);
  const keysOf = keyFinder(
    chunk,
    fields.map(({ name }) => name),
  );
  const writeTail = (out: TextWriter, at: number): void => {
    const taken = keysOf(rows[at] as number);
    let isFirst = isEmptyObject(bytes, rowEnds[at] as number);
    for (const { name, key, cellText } of fields) {
      if (!isFirst) out.write(', ');
      out.write(taken.has(name) ? jsonString(freeName(name, (other) => taken.has(other))) : key);
      out.write(': ');
      out.write(cellText(at));
      isFirst = false;
    }
    out.write('}\n');
  };
  return {
    kind: 'text',
    header: new Uint8Array(0),
    isGuess: false,
    lines: appendToRows(chunk, { rows, rowEnds }, writeTail),
  };
}

const NO_KEYS: ReadonlySet<string> = new Set();

/** The keys of a row. Only rows that may have one of the names are read for them: it stands there, or may be there in escapes. */
function keyFinder(
  chunk: TextChunk,
  names: readonly string[],
): (row: number) => ReadonlySet<string> {
  const { bytes, starts } = chunk;
  const marks = names.map((name) => Buffer.from(`"${name}"`));
  const mayHave = (text: Uint8Array): boolean => {
    const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    return buffer.includes(BACKSLASH) || marks.some((mark) => buffer.includes(mark));
  };
  if (!mayHave(bytes)) return () => NO_KEYS;
  return (row) => {
    const line = bytes.subarray(starts[row], starts[row + 1]);
    if (!mayHave(line)) return NO_KEYS;
    return new Set(parseJsonRow(chunk, row).keys());
  };
}

/** Place of the brace that ends a row's object: around it is only white space. */
function closingBrace(chunk: TextChunk, row: number): number {
  const { bytes, starts } = chunk;
  let open = starts[row] as number;
  let close = (starts[row + 1] as number) - 1;
  while (open < close && (bytes[open] as number) <= SPACE) open++;
  while (open < close && (bytes[close] as number) <= SPACE) close--;
  if (bytes[open] === OPEN && bytes[close] === CLOSE) return close;
  throw noObject(chunk, row);
}

/** Whether the brace before is the first of the object; only white space may stand between. */
function isEmptyObject(bytes: Uint8Array, close: number): boolean {
  let at = close - 1;
  while ((bytes[at] as number) <= SPACE) at--;
  return bytes[at] === OPEN;
}
