import { closeSync, openSync, readSync } from 'node:fs';

/** The bytes of a file do not follow protobuf's rules where we looked. */
export class MalformedModel extends Error {}

/** Enough for most nodes to be read without another system call; bytes. */
const WINDOW_BYTES = 64 * 1024;
/** More fields than any graph has in one message: garbage is given up before it fills the memory. */
const MAX_FIELDS = 2_000_000;
/** Longest name or label. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** One field of a protobuf message. Units: byte positions in the file. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Where the tag stands. */
  readonly start: number;
  /** Where the value stands: behind the tag and, for wire type 2, its length. */
  readonly valueStart: number;
  readonly end: number;
  /** Value of a varint; of no use for the other wire types. */
  readonly varint: bigint;
}

/** Reads a protobuf file piece by piece: weights are skipped, not read. */
export interface ModelFile {
  readonly size: number;
  /**
   * The fields of the message between two positions, one after the other.
   *
   * @throws {MalformedModel} when a tag, length or varint breaks the rules or leaves the message
   */
  fields(start: number, end: number): Generator<Field, void, undefined>;
  /** A packed run of varints. */
  varints(start: number, end: number): Generator<bigint, void, undefined>;
  text(field: Field): string;
  /** Copy a piece of the file into `target` at `offset`. */
  copyTo(target: Uint8Array, offset: number, start: number, end: number): void;
  close(): void;
}

/** @throws {Error} of node:fs when the file cannot be read */
export function openModelFile(path: string, size: number): ModelFile {
  const descriptor = openSync(path, 'r');
  let window = Buffer.alloc(0);
  let windowStart = 0;

  function byteAt(position: number): number {
    const index = position - windowStart;
    if (index >= 0 && index < window.length) return window[index] as number;
    window = Buffer.allocUnsafe(Math.min(WINDOW_BYTES, size - position));
    windowStart = position;
    readFully(descriptor, window, position);
    return window[0] as number;
  }

  function varint(position: number, limit: number): { value: bigint; next: number } {
    let low = 0;
    let value = 0n;
    for (let at = position, shift = 0; at < limit && shift < 70; at++, shift += 7) {
      const byte = byteAt(at);
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return { value: BigInt.asUintN(64, value | BigInt(low)), next: at + 1 };
    }
    throw new MalformedModel('a number does not end');
  }

  function field(start: number, end: number): Field {
    const tag = varint(start, end);
    const number = Number(tag.value >> 3n);
    const wireType = Number(tag.value & 7n);
    const head = { number, wireType, start };
    if (number === 0) throw new MalformedModel('field number 0');
    if (wireType === 0) {
      const { value, next } = varint(tag.next, end);
      return { ...head, valueStart: tag.next, end: next, varint: value };
    }
    const length = wireType === 2 ? varint(tag.next, end) : fixed(wireType, tag.next);
    const fieldEnd = length.next + Number(length.value);
    if (fieldEnd > end) throw new MalformedModel('a field is longer than its message');
    return { ...head, valueStart: length.next, end: fieldEnd, varint: 0n };
  }

  function* fields(start: number, end: number): Generator<Field, void, undefined> {
    for (let at = start, count = 0; at < end; count++) {
      if (count === MAX_FIELDS) throw new MalformedModel('too many fields');
      const next = field(at, end);
      yield next;
      at = next.end;
    }
  }

  function* varints(start: number, end: number): Generator<bigint, void, undefined> {
    for (let at = start; at < end; ) {
      const { value, next } = varint(at, end);
      yield value;
      at = next;
    }
  }

  function text({ valueStart, end }: Field): string {
    if (end - valueStart > MAX_TEXT_BYTES) throw new MalformedModel('a name is too long');
    const copy = Buffer.allocUnsafe(end - valueStart);
    readFully(descriptor, copy, valueStart);
    return copy.toString('utf8');
  }

  return {
    size,
    fields,
    varints,
    text,
    copyTo: (target, offset, start, end) =>
      readFully(descriptor, target.subarray(offset, offset + end - start), start),
    close: () => closeSync(descriptor),
  };
}

/** Fixed-size values: 8 or 4 bytes. Groups (3, 4) left protobuf before ONNX began. */
function fixed(wireType: number, next: number): { value: bigint; next: number } {
  if (wireType === 1) return { value: 8n, next };
  if (wireType === 5) return { value: 4n, next };
  throw new MalformedModel('unknown wire type');
}

function readFully(descriptor: number, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length; ) {
    const read = readSync(descriptor, target, done, target.length - done, position + done);
    if (read === 0) throw new MalformedModel('the file is shorter than it was');
    done += read;
  }
}
