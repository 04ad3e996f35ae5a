import type { JsonValue } from '../../model/json-value.ts';
import { toUtf8 } from './to-utf8.ts';
import { TreeReader } from './tree-reader.ts';

export interface ParseJsonOptions {
  /** Levels of lists and objects allowed, one inside the other. */
  readonly maxDepth: number;
}

/** Texts up to this size are read from memory that is kept. Units: bytes. */
const KEPT_BYTES = 1 << 16;
const kept = Buffer.allocUnsafeSlow(KEPT_BYTES);

/**
 * Read a JSON body as Python's `json.loads(bytes)` does, and as fast as JSON.parse.
 *
 * Accepted beyond RFC 8259: UTF-16, UTF-32 and byte order marks; NaN, Infinity and -Infinity; lone
 * surrogates. Rectangular lists of numbers, and lists of objects of numbers with the same keys, come
 * out packed. The body must not change while packed lists of it are in use: `unpack` reads it again.
 *
 * Units: byte positions in messages count from the first byte after a byte order mark.
 * @throws {ServingError} BAD_REQUEST for text that is not JSON or not Unicode, levels beyond
 *   `maxDepth`, an integer of more than 4300 digits (Python's limit; MLflow answers 500 there)
 * @see CPython, Modules/_json.c
 */
export function parseJson(bytes: Uint8Array, options: ParseJsonOptions): JsonValue {
  const text = toUtf8(bytes);
  const memory = memoryFor(text.length);
  memory.set(text);
  return read(memory, text.length, options, () => text);
}

/** `parseJson` for a body that a platform hands over as text: the text of the same bytes. */
export function parseJsonText(text: string, options: ParseJsonOptions): JsonValue {
  if (3 * text.length >= KEPT_BYTES || text.charCodeAt(0) === 0xfeff) {
    return parseJson(Buffer.from(text), options);
  }
  const length = kept.write(text);
  return read(kept, length, options, () => Buffer.from(text));
}

function read(
  memory: Buffer,
  length: number,
  options: ParseJsonOptions,
  source: () => Uint8Array,
): JsonValue {
  memory[length] = 0;
  const unpackFrom = (start: number, end: number) => () =>
    unpack(source().subarray(start, end)) as JsonValue[];
  return new TreeReader({ bytes: memory, length, maxDepth: options.maxDepth, unpackFrom }).read();
}

/** Read a list again, without packing. */
function unpack(text: Uint8Array): JsonValue {
  const memory = memoryFor(text.length);
  memory.set(text);
  memory[text.length] = 0;
  const maxDepth = Number.POSITIVE_INFINITY;
  return new TreeReader({ bytes: memory, length: text.length, maxDepth }).read();
}

/** Memory for a text and the NUL byte behind it: no loop needs to ask where the text ends. */
const memoryFor = (length: number): Buffer =>
  length < KEPT_BYTES ? kept : Buffer.allocUnsafeSlow(length + 1);
