import { badRequest } from '../../errors.ts';
import { HAS_INT, type JsonObject, type JsonValue } from '../../model/json-value.ts';
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  MINUS,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  ZERO,
} from './bytes.ts';
import { Cells } from './cells.ts';
import { PackCursor, type PackedText } from './pack-cursor.ts';
import { packList } from './pack-list.ts';
import { scanNumbers } from './scan-numbers.ts';
import { NOT_A_CELL, startsWith } from './scan-odd-cell.ts';
import { StringReader } from './string-reader.ts';
import { syntaxError } from './syntax-error.ts';

/** Python's `sys.set_int_max_str_digits` default. */
const MAX_INT_DIGITS = 4300;

const SMALL_INTS = Array.from({ length: 256 }, (_, i) => BigInt(i));

/** For the number read last; shared, because reading is never interrupted. */
const cell = new Cells();

export interface TreeReaderOptions {
  /** The text in UTF-8 and a NUL byte. */
  readonly bytes: Buffer;
  /** Bytes of the text. */
  readonly length: number;
  readonly maxDepth: number;
  /** Without it nothing is packed. */
  readonly unpackFrom?: PackedText['unpackFrom'];
}

/**
 * Reads one JSON text into a tree, without recursion: depth costs heap, never stack.
 *
 * A list that could not be packed is read plainly up to where packing stopped, so that each byte is
 * tried once; in a list whose entry could not be packed, no further entry is tried.
 */
export class TreeReader {
  readonly #bytes: Buffer;
  readonly #length: number;
  readonly #maxDepth: number;
  readonly #strings: StringReader;
  readonly #packing: PackCursor | undefined;
  /** Position of the next byte to read. */
  #at = 0;
  /** Lists before this position were tried. */
  #triedTo = 0;

  /** Lists and objects being read, outermost first; undefined before the first. */
  readonly #open: (JsonValue[] | JsonObject)[] = [];
  /** For each open object the key whose value is being read. */
  readonly #keys: string[] = [];
  /** For each open list whether its entries are worth a try. */
  readonly #tryEntries: boolean[] = [];
  #depth = 0;

  constructor({ bytes, length, maxDepth, unpackFrom }: TreeReaderOptions) {
    this.#bytes = bytes;
    this.#length = length;
    this.#maxDepth = maxDepth;
    const strings = new StringReader(bytes, length);
    this.#strings = strings;
    this.#packing = unpackFrom && new PackCursor({ bytes, length, strings, unpackFrom });
  }

  /** @throws {ServingError} BAD_REQUEST */
  read(): JsonValue {
    let value: JsonValue | undefined;
    do value = this.#attach(this.#value());
    while (value === undefined);
    const end = skipSpace(this.#bytes, this.#at);
    if (end < this.#length) throw syntaxError('nothing more', end);
    return value;
  }

  /** Read a value; undefined when it is a list or object that was opened and has entries. */
  #value(): JsonValue | undefined {
    const at = skipSpace(this.#bytes, this.#at);
    this.#at = at;
    switch (this.#bytes[at]) {
      case QUOTE: {
        const text = this.#strings.read(at);
        this.#at = this.#strings.end;
        return text;
      }
      case OPEN_LIST:
        return this.#pack(at) ?? this.#openList();
      case OPEN_OBJECT:
        return this.#openObject();
      case 0x74:
        return this.#word('true', true);
      case 0x66:
        return this.#word('false', false);
      case 0x6e:
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  /** Put a value into its place; the result is the outermost value when it is complete. */
  #attach(first: JsonValue | undefined): JsonValue | undefined {
    let value = first;
    while (value !== undefined) {
      if (this.#depth === 0) return value;
      const container = this.#open[this.#depth - 1]!;
      const at = skipSpace(this.#bytes, this.#at);
      const byte = this.#bytes[at];
      this.#at = at + 1;
      if (Array.isArray(container)) {
        container.push(value);
        if (byte === COMMA) return undefined;
        if (byte !== CLOSE_LIST) throw syntaxError('a comma or the end of the list', at);
      } else {
        container.set(this.#keys[this.#depth - 1]!, value);
        if (byte === COMMA) {
          this.#key();
          return undefined;
        }
        if (byte !== CLOSE_OBJECT) throw syntaxError('a comma or the end of the object', at);
      }
      this.#depth--;
      value = container;
    }
    return undefined;
  }

  #openList(): JsonValue | undefined {
    const list: JsonValue[] = [];
    const next = skipSpace(this.#bytes, this.#at + 1);
    this.#enter(list);
    if (this.#bytes[next] !== CLOSE_LIST) return undefined;
    this.#depth--;
    this.#at = next + 1;
    return list;
  }

  #openObject(): JsonValue | undefined {
    const object: JsonObject = new Map();
    const next = skipSpace(this.#bytes, this.#at + 1);
    this.#enter(object);
    if (this.#bytes[next] !== CLOSE_OBJECT) {
      this.#key();
      return undefined;
    }
    this.#depth--;
    this.#at = next + 1;
    return object;
  }

  #enter(container: JsonValue[] | JsonObject): void {
    if (this.#depth >= this.#maxDepth) {
      throw badRequest(
        `the request body is nested too deeply: more than ${this.#maxDepth} levels of lists and ` +
          `objects at byte ${this.#at}`,
      );
    }
    this.#open[this.#depth] = container;
    this.#tryEntries[this.#depth] = true;
    this.#depth++;
    this.#at++;
  }

  /** Read the key and colon before a value. */
  #key(): void {
    const at = skipSpace(this.#bytes, this.#at);
    if (this.#bytes[at] !== QUOTE) throw syntaxError('a key in double quotes', at);
    this.#keys[this.#depth - 1] = this.#strings.read(at);
    const colon = skipSpace(this.#bytes, this.#strings.end);
    if (this.#bytes[colon] !== COLON) throw syntaxError('a colon', colon);
    this.#at = colon + 1;
  }

  #pack(at: number): JsonValue | undefined {
    const isEntry = this.#depth > 0 && Array.isArray(this.#open[this.#depth - 1]);
    if (this.#packing === undefined || at < this.#triedTo) return undefined;
    if (isEntry && this.#tryEntries[this.#depth - 1] === false) return undefined;
    const list = packList(this.#packing, at, this.#maxDepth - this.#depth);
    if (list !== undefined) {
      this.#at = this.#packing.end;
      return list;
    }
    this.#triedTo = this.#packing.stoppedAt;
    if (isEntry) this.#tryEntries[this.#depth - 1] = false;
    return undefined;
  }

  #word(word: string, value: JsonValue): JsonValue {
    if (!startsWith(this.#bytes, this.#at, word)) throw syntaxError('a value', this.#at);
    this.#at += word.length;
    return value;
  }

  #number(): JsonValue {
    const start = this.#at;
    cell.next = 0;
    cell.kinds[0] = 0;
    const end = scanNumbers(this.#bytes, start, cell, 0, 1);
    if (end === NOT_A_CELL) return this.#bigInt();
    this.#at = end;
    const value = cell.values[0]!;
    if (cell.kinds[0] !== HAS_INT) return value;
    return SMALL_INTS[value] ?? BigInt(value);
  }

  /** Read an integer of any size; anything else is no value at all. */
  #bigInt(): bigint {
    const bytes = this.#bytes;
    const start = this.#at;
    const first = bytes[start] === MINUS ? start + 1 : start;
    let end = first;
    while ((bytes[end]! - ZERO) >>> 0 <= 9) end++;
    if (end === first) throw syntaxError('a value', start);
    if (bytes[first] === ZERO && end > first + 1) throw syntaxError('no leading zero', first);
    if (end - first > MAX_INT_DIGITS) {
      throw badRequest(
        `an integer in the request body has more than ${MAX_INT_DIGITS} digits, at byte ${start}`,
      );
    }
    this.#at = end;
    return BigInt(bytes.toString('latin1', start, end));
  }
}
