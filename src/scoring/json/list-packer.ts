import type { PackedNumbers, PackedRecords } from '../../model/json-value.ts';
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
} from './bytes.ts';
import { Cells } from './cells.ts';
import { NumberList, RecordList, type Unpack } from './packed-list.ts';
import type { StringReader } from './read-string.ts';
import { NOT_A_CELL, scanNumber } from './scan-number.ts';

/** numpy's limit; a deeper list would be refused in the end anyway. */
const MAX_RANK = 64;

/** Shared by all texts: packing is never interrupted. */
const cells = new Cells();

/** What the packer needs to know of a JSON text. */
export interface PackerOptions {
  /** The text and a NUL byte. */
  readonly bytes: Buffer;
  /** Bytes of the text. */
  readonly length: number;
  readonly strings: StringReader;
  /** Makes the `unpack` of a list from its first and last position. */
  readonly unpackFrom: (start: number, end: number) => Unpack;
}

/**
 * Turns lists of numbers, and of records of numbers, into packed lists.
 *
 * It gives up at the first thing that does not fit and judges no syntax: the caller then reads the
 * same list as a plain tree.
 */
export class ListPacker {
  /** Position after the list packed last. */
  end = 0;
  /** How far the last try got. */
  stoppedAt = 0;

  readonly #options: PackerOptions;

  constructor(options: PackerOptions) {
    this.#options = options;
  }

  /**
   * Pack the list whose bracket is at `start`.
   *
   * @param levels how many levels of lists are allowed
   * @returns undefined when the list is not of that kind
   */
  pack(start: number, levels: number): PackedNumbers | PackedRecords | undefined {
    const { bytes } = this.#options;
    const first = skipSpace(bytes, start + 1);
    this.stoppedAt = start;
    if (bytes[first] === OPEN_OBJECT) {
      return levels < 2 ? undefined : this.#packRecords(start, first);
    }
    return this.#packNumbers(start, levels);
  }

  #packNumbers(start: number, levels: number): PackedNumbers | undefined {
    const { bytes } = this.#options;
    const rank = leadingBrackets(bytes, start);
    if (rank > levels || rank > MAX_RANK) return undefined;
    const shape = new Array<number>(rank).fill(0);
    const counts = new Array<number>(rank).fill(0);
    cells.start();
    let at = openLists(bytes, start, rank);
    while (at !== NOT_A_CELL) {
      at = this.#row(start, at, shape);
      if (at === NOT_A_CELL) break;
      let level = rank - 2;
      for (; level >= 0; level--) {
        counts[level]!++;
        at = skipSpace(bytes, at);
        if (bytes[at] === COMMA) {
          at = openLists(bytes, at + 1, rank - 1 - level);
          break;
        }
        if (bytes[at] !== CLOSE_LIST || !fits(shape, level, counts[level]!)) return this.#stop(at);
        counts[level] = 0;
        at++;
      }
      if (level < 0) return this.#numberList(start, at, shape);
    }
    return undefined;
  }

  /** Read the cells of an innermost list, from behind its bracket to behind its end. */
  #row(start: number, from: number, shape: number[]): number {
    const { bytes } = this.#options;
    const width = shape[shape.length - 1]!;
    const isTable = shape.length === 2;
    let at = from;
    for (let column = 0; ; column++) {
      const slot = isTable ? column : 0;
      if (width === 0) {
        if (slot === column) cells.clearKinds(slot);
      } else if (column === width) break;
      if (cells.next === cells.values.length) cells.grow(this.#expectedCells(start, at));
      this.stoppedAt = at;
      at = scanNumber(bytes, skipSpace(bytes, at), cells, slot);
      if (at === NOT_A_CELL) return NOT_A_CELL;
      at = skipSpace(bytes, at);
      const byte = bytes[at++]!;
      if (byte === COMMA) continue;
      if (byte !== CLOSE_LIST || !fits(shape, shape.length - 1, column + 1)) break;
      return at;
    }
    this.stoppedAt = at;
    return NOT_A_CELL;
  }

  #numberList(start: number, end: number, shape: number[]): PackedNumbers {
    this.end = end;
    const kinds = cells.takeKinds(shape.length === 2 ? shape[1]! : 1);
    return new NumberList(shape, cells.take(), kinds, this.#options.unpackFrom(start, end));
  }

  #packRecords(start: number, first: number): PackedRecords | undefined {
    const { bytes } = this.#options;
    cells.start();
    const spans: number[] = [];
    const keys = this.#firstRecord(first, spans);
    if (keys === undefined) return undefined;
    let at = skipSpace(bytes, this.end);
    while (bytes[at] === COMMA) {
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== OPEN_OBJECT) return this.#stop(at);
      at = this.#record(start, at, spans);
      if (at === NOT_A_CELL) return undefined;
      at = skipSpace(bytes, at);
    }
    if (bytes[at] !== CLOSE_LIST) return this.#stop(at);
    this.end = at + 1;
    const unpack = this.#options.unpackFrom(start, this.end);
    return new RecordList(keys, cells.take(), cells.takeKinds(keys.length), unpack);
  }

  /** Read the record that sets the keys; `spans` gets the first and last position of each. */
  #firstRecord(start: number, spans: number[]): string[] | undefined {
    const { bytes, strings } = this.#options;
    const keys: string[] = [];
    let at = start;
    do {
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== QUOTE) return this.#stop(at);
      keys.push(strings.read(at));
      spans.push(at, strings.end);
      cells.clearKinds(keys.length - 1);
      at = this.#valueAfterKey(start, strings.end, keys.length - 1);
      if (at === NOT_A_CELL) return undefined;
    } while (bytes[at] === COMMA);
    if (bytes[at] !== CLOSE_OBJECT || new Set(keys).size !== keys.length) return this.#stop(at);
    this.end = at + 1;
    return keys;
  }

  /** Read a record that must have the keys of the first, letter by letter. */
  #record(start: number, from: number, spans: readonly number[]): number {
    const { bytes } = this.#options;
    let at = from;
    for (let column = 0; 2 * column < spans.length; column++) {
      if (column > 0 && bytes[at] !== COMMA) return this.#stop(at) ?? NOT_A_CELL;
      at = skipSpace(bytes, at + 1);
      const first = spans[2 * column]!;
      const length = spans[2 * column + 1]! - first;
      for (let i = 0; i < length; i++) {
        if (bytes[at + i] !== bytes[first + i]) return this.#stop(at) ?? NOT_A_CELL;
      }
      at = this.#valueAfterKey(start, at + length, column);
      if (at === NOT_A_CELL) return NOT_A_CELL;
    }
    if (bytes[at] !== CLOSE_OBJECT) return this.#stop(at) ?? NOT_A_CELL;
    return at + 1;
  }

  /** Read colon and cell; the result is the position of the next byte that is not white space. */
  #valueAfterKey(start: number, from: number, column: number): number {
    const { bytes } = this.#options;
    const colon = skipSpace(bytes, from);
    this.stoppedAt = colon;
    if (bytes[colon] !== COLON) return NOT_A_CELL;
    if (cells.next === cells.values.length) cells.grow(this.#expectedCells(start, colon));
    const at = scanNumber(bytes, skipSpace(bytes, colon + 1), cells, column);
    return at === NOT_A_CELL ? at : skipSpace(bytes, at);
  }

  /** How many cells the list will have if the rest of the text looks like its beginning. */
  #expectedCells(start: number, at: number): number {
    return 16 + (1.02 * cells.count * (this.#options.length - start)) / (at - start);
  }

  #stop(at: number): undefined {
    this.stoppedAt = at;
    return undefined;
  }
}

/** Number of brackets that open one after the other at `start`. */
function leadingBrackets(bytes: Buffer, start: number): number {
  let count = 0;
  for (let at = start; bytes[at] === OPEN_LIST; at = skipSpace(bytes, at + 1)) count++;
  return count;
}

/** Position behind `count` opening brackets, or NOT_A_CELL. */
function openLists(bytes: Buffer, start: number, count: number): number {
  let at = start;
  for (let i = 0; i < count; i++) {
    at = skipSpace(bytes, at);
    if (bytes[at++] !== OPEN_LIST) return NOT_A_CELL;
  }
  return at;
}

/** Whether lists of `count` entries agree with those seen before at this level; the first sets it. */
function fits(shape: number[], level: number, count: number): boolean {
  if (shape[level] === 0) shape[level] = count;
  return shape[level] === count;
}
