import { badRequest } from '../../errors.ts';

export const LF = 10;
export const CR = 13;
export const QUOTE = 34;
export const COMMA = 44;
const TAB = 9;
const SPACE = 32;

/**
 * A CSV text under the reader's head.
 *
 * Cell ranges point into `texts`, which is `bytes` until the first doubled quote; from then on it
 * is a copy in which the text of such a cell is closed up in place.
 */
export interface CsvSource {
  readonly bytes: Uint8Array;
  texts: Uint8Array;
  /** `texts` again, with the means to decode it. */
  textsBuffer: Buffer | undefined;
  /** All bytes of text seen so far, or-ed: above 127 when some are not ASCII. */
  seenBits: number;
  /** `bytes` as text, once a cell needed it; one character a byte when it is ASCII. */
  decoded: string | undefined;
  position: number;
  /** Where the pass under way started; pandas never steps back beyond it. */
  resumedAt: number;
  /** Lines seen, blank ones included; one for the header. */
  lineCount: number;
  /** Where the latest step back of this pass was made; -1 before the first. */
  lastStepBack: number;
}

/** Put the head at the start of a body, behind a byte order mark. */
export function createCsvSource(body: Uint8Array): CsvSource {
  // A plain view: `slice` of a Buffer does not copy.
  const bytes = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  return {
    bytes,
    texts: bytes,
    textsBuffer: undefined,
    seenBits: start === 0 ? 0 : 0xef,
    decoded: undefined,
    position: start,
    resumedAt: start,
    lineCount: 0,
    lastStepBack: -1,
  };
}

/** Start a new pass where the head stands. */
export function resume(source: CsvSource): void {
  source.resumedAt = source.position;
  source.lastStepBack = -1;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The whole text. Decoded once, and not at all for a table of numbers.
 *
 * @throws {ServingError} BAD_REQUEST when the body is not UTF-8
 */
export function decodeSource(source: CsvSource): string {
  try {
    source.decoded ??= utf8.decode(source.bytes);
    return source.decoded;
  } catch (cause) {
    throw badRequest('csv body: expected UTF-8 text', { cause });
  }
}

/**
 * Check all that was read.
 *
 * @throws {ServingError} BAD_REQUEST when the body is not UTF-8
 */
export function checkEncoding(source: CsvSource): void {
  if (source.seenBits > 0x7f) decodeSource(source);
}

/** Text of the bytes of a cell; a slice of the decoded text where there is one and it is ASCII. */
export function cellText(source: CsvSource, start: number, end: number): string {
  const { bytes, texts, decoded } = source;
  if (decoded !== undefined && decoded.length === bytes.length && texts === bytes) {
    return decoded.slice(start, end);
  }
  if (
    source.textsBuffer?.byteOffset !== texts.byteOffset ||
    source.textsBuffer.buffer !== texts.buffer
  ) {
    source.textsBuffer = Buffer.from(texts.buffer, texts.byteOffset, texts.length);
  }
  return source.textsBuffer.toString('utf8', start, end);
}

/**
 * Move to the first field of the next line that is not blank.
 *
 * Reproduces two quirks of pandas: a bare CR that ends a blank line swallows a comma behind it,
 * and a line that starts with blanks is read again from the last LF, not from the last line end.
 *
 * @returns false at the end of the text
 * @throws {ServingError} BAD_REQUEST where pandas would read the same lines over and over
 * @see pandas/_libs/src/parser/tokenizer.c, states START_RECORD, WHITESPACE_LINE, EAT_CRNL_NOP
 */
export function findRecord(source: CsvSource): boolean {
  const { bytes } = source;
  let position = source.position;
  for (;;) {
    if (position >= bytes.length) {
      source.position = position;
      return false;
    }
    let end = position;
    while (bytes[end] === SPACE || bytes[end] === TAB) end++;
    const byte = bytes[end];
    if (byte !== LF && byte !== CR && byte !== undefined) {
      source.position = end > position ? stepBack(source, position, end) : position;
      return true;
    }
    source.lineCount++;
    position = end + 1;
    if (byte === CR && (bytes[position] === LF || bytes[position] === COMMA)) position++;
  }
}

function stepBack(source: CsvSource, lineStart: number, textStart: number): number {
  const target = Math.max(source.bytes.lastIndexOf(LF, textStart) + 1, source.resumedAt);
  if (target >= lineStart) return lineStart;
  if (source.lastStepBack === textStart) {
    throw badRequest(
      `csv line ${source.lineCount + 1}: a line that starts with blanks follows a bare carriage return; end lines with a line feed`,
    );
  }
  source.lastStepBack = textStart;
  return target;
}
