import { badRequest } from '../../errors.ts';
import { type Cells, OTHER } from './cells.ts';
import { COMMA, CR, type CsvSource, LF, QUOTE } from './csv-source.ts';
import { readPlainNumber } from './read-plain-number.ts';

const NUL = 0;

/**
 * Read one line and store its first `limit` fields from index `base` on.
 *
 * Plain numbers, the bulk of most bodies, are converted in the same pass over the bytes.
 *
 * @returns the number of fields of the line, which may be above `limit`
 * @throws {ServingError} BAD_REQUEST when a quoted field is never closed
 * @see pandas/_libs/src/parser/tokenizer.c, `tokenize_bytes`
 */
export function readFields(source: CsvSource, cells: Cells, base: number, limit: number): number {
  const { bytes } = source;
  const { starts, ends, kinds } = cells;
  const unkept = starts.length - 1;
  let { position } = source;
  for (let count = 0; ; count++) {
    const index = count < limit ? base + count : unkept;
    starts[index] = position;
    const end = readPlainNumber(bytes, position, cells, index);
    if (end >= 0) {
      ends[index] = end;
      position = end;
    } else {
      kinds[index] = OTHER;
      source.position = position;
      if (bytes[position] === QUOTE) {
        starts[index] = position + 1;
        ends[index] = readQuotedField(source, count < limit);
      } else ends[index] = readBareField(source);
      position = source.position;
    }
    if (bytes[position] !== COMMA) {
      source.position = lineEnd(bytes, position);
      source.lineCount++;
      return count + 1;
    }
    position++;
  }
}

/** Where the next line starts, given the position of a line end or of the end of the text. */
function lineEnd(bytes: Uint8Array, position: number): number {
  if (position >= bytes.length) return bytes.length;
  return bytes[position] === CR && bytes[position + 1] === LF ? position + 2 : position + 1;
}

/**
 * Read a field without an opening quote; the source's head moves to the end of the field.
 *
 * @returns where the text ends: pandas' cells are C strings, so at a NUL if there is one
 */
function readBareField(source: CsvSource): number {
  const { bytes } = source;
  const { length } = bytes;
  let position = source.position;
  let bits = 0;
  let nul = -1;
  for (; position < length; position++) {
    const byte = bytes[position] as number;
    if (byte > COMMA) bits |= byte;
    else if (byte === COMMA || byte === LF || byte === CR) break;
    else if (byte === NUL && nul < 0) nul = position;
  }
  source.position = position;
  source.seenBits |= bits;
  return nul < 0 ? position : nul;
}

/**
 * Read a field that starts with a quote; its text starts one byte behind the quote.
 *
 * Doubled quotes, and text behind the closing quote, are closed up in place when `isKept`.
 *
 * @returns where the text ends; the source's head moves to the end of the field
 */
function readQuotedField(source: CsvSource, isKept: boolean): number {
  const textStart = source.position + 1;
  let from = textStart;
  let written = from;
  for (;;) {
    const quote = findQuote(source, from);
    const isDoubled = source.bytes[quote + 1] === QUOTE;
    written = append(source, written, from, isDoubled ? quote + 1 : quote, isKept);
    from = isDoubled ? quote + 2 : quote + 1;
    if (!isDoubled) break;
  }
  source.position = from;
  readBareField(source);
  written = append(source, written, from, source.position, isKept);
  const nul = source.texts.subarray(textStart, written).indexOf(NUL);
  return nul < 0 ? written : textStart + nul;
}

function findQuote(source: CsvSource, from: number): number {
  const { bytes } = source;
  const { length } = bytes;
  let bits = 0;
  for (let position = from; position < length; position++) {
    const byte = bytes[position] as number;
    if (byte === QUOTE) {
      source.seenBits |= bits;
      return position;
    }
    bits |= byte;
  }
  throw badRequest(`csv line ${source.lineCount + 1}: a quoted field is never closed`);
}

function append(source: CsvSource, to: number, from: number, end: number, isKept: boolean): number {
  if (isKept && from < end && to !== from) {
    const { bytes } = source;
    if (source.texts === bytes) source.texts = bytes.slice();
    for (let i = 0; i < end - from; i++) source.texts[to + i] = bytes[from + i] as number;
  }
  return to + (end - from);
}
