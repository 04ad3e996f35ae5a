import { jsonString } from '../../scoring/encode/json-string.ts';
import { parseJson } from '../../scoring/json/parse-json.ts';
import type { TextChunk } from '../chunk.ts';
import type { ScoredChunk } from '../scored-chunk.ts';
import { acceptedRows } from './accepted-rows.ts';
import { appendToRows, encodeTails } from './append-to-rows.ts';
import { freeName } from './column-names.ts';
import { jsonFields } from './encode-json-frame.ts';
import type { TextPiece } from './text-piece.ts';

const OPEN = 0x7b;
const CLOSE = 0x7d;
const BACKSLASH = 0x5c;
const MAX_DEPTH = 1000;

/**
 * The objects of a JSON Lines chunk as they stand, predictions appended as further keys.
 *
 * Lines are told apart: only in an object that has the key already gets a prediction `_predicted` appended to its name.
 *
 * @throws {ServingError} INTERNAL_ERROR for predictions that JSON cannot hold
 */
export function encodeJsonRows(chunk: TextChunk, scored: ScoredChunk): TextPiece {
  const { bytes, starts } = chunk;
  const rows = acceptedRows(scored);
  const rowEnds = rows.map((row) =>
    lastBrace(bytes, starts[row] as number, starts[row + 1] as number),
  );
  const fields = jsonFields(scored.predictions);
  const keysOf = keyFinder(
    chunk,
    fields.map(({ name }) => name),
  );
  const tails = encodeTails(rows.length, (at) => {
    const row = rows[at] as number;
    const taken = keysOf(row);
    let tail = '';
    let isFirst = isEmptyObject(bytes, rowEnds[at] as number);
    for (const { name, key, cellText } of fields) {
      const ownKey = taken.has(name)
        ? jsonString(freeName(name, (other) => taken.has(other)))
        : key;
      tail += `${isFirst ? '' : ', '}${ownKey}: ${cellText(at)}`;
      isFirst = false;
    }
    return `${tail}}\n`;
  });
  return {
    kind: 'text',
    header: new Uint8Array(0),
    isGuess: false,
    lines: appendToRows(chunk, { rows, rowEnds }, tails),
  };
}

const NO_KEYS: ReadonlySet<string> = new Set();

/** The keys of a row. Only rows that may have one of the names are read for them: it stands there, or may be there in escapes. */
function keyFinder(
  { bytes, starts }: TextChunk,
  names: readonly string[],
): (row: number) => ReadonlySet<string> {
  const marks = names.map((name) => Buffer.from(`"${name}"`));
  const mayHave = (text: Uint8Array): boolean => {
    const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    return buffer.includes(BACKSLASH) || marks.some((mark) => buffer.includes(mark));
  };
  if (!mayHave(bytes)) return () => NO_KEYS;
  return (row) => {
    const line = bytes.subarray(starts[row], starts[row + 1]);
    if (!mayHave(line)) return NO_KEYS;
    const object = parseJson(line, { maxDepth: MAX_DEPTH });
    return object instanceof Map ? new Set(object.keys()) : NO_KEYS;
  };
}

/** Place of the brace that ends a row's object: behind it is only white space. */
function lastBrace(bytes: Uint8Array, start: number, next: number): number {
  for (let at = next - 1; at > start; at--) if (bytes[at] === CLOSE) return at;
  throw new Error('a row of JSON Lines that was scored is no object');
}

/** Whether the brace before is the first of the object; only white space may stand between. */
function isEmptyObject(bytes: Uint8Array, close: number): boolean {
  let at = close - 1;
  while ((bytes[at] as number) <= 0x20) at--;
  return bytes[at] === OPEN;
}
