import { badRequest } from '../../errors.ts';
import type { JsonObject, JsonValue } from '../../model/json-value.ts';
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
import { NumberReader } from './number-reader.ts';
import { PackCursor, type PackedText } from './pack-cursor.ts';
import { packList } from './pack-list.ts';
import { startsWith } from './scan-odd-cell.ts';
import { StringReader } from './string-reader.ts';
import { syntaxError } from './syntax-error.ts';

/** An entry of a plain list is packed only if it is long: a packed list takes 500 bytes of its own. */
const MIN_ENTRY_CELLS = 16;

const SHORT_LIST = 8;

export interface TreeReaderOptions {
  /** The text in UTF-8 and a NUL byte. */
  readonly bytes: Buffer;
  /** Bytes of the text. */
  readonly length: number;
  /** Levels of lists and objects allowed, one inside the other. */
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
  readonly #numbers: NumberReader;
  readonly #packing: PackCursor | undefined;
  /** Position of the next byte to read. */
  #at = 0;
  /** Lists before this position were tried. */
  #triedTo = 0;

  /** Lists and objects being read, outermost first, and how many there are. */
  readonly #open: (JsonValue[] | JsonObject)[] = [];
  #depth = 0;
  /** At each level of an object: the key whose value is being read. */
  readonly #keys: string[] = [];
  /** At each level of a list: whether its entries are worth a try. */
  readonly #tryEntries: boolean[] = [];

  constructor({ bytes, length, maxDepth, unpackFrom }: TreeReaderOptions) {
    const strings = new StringReader(bytes, length);
    this.#bytes = bytes;
    this.#length = length;
    this.#maxDepth = maxDepth;
    this.#strings = strings;
    this.#numbers = new NumberReader(bytes);
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
      default: {
        const number = this.#numbers.read(at);
        this.#at = this.#numbers.end;
        return number;
      }
    }
  }

  /** Put a value into its place; the result is the outermost value when it is complete. */
  #attach(first: JsonValue | undefined): JsonValue | undefined {
    let value = first;
    while (value !== undefined && this.#depth > 0) {
      const level = this.#depth - 1;
      const container = this.#open[level]!;
      const at = skipSpace(this.#bytes, this.#at);
      const byte = this.#bytes[at];
      this.#at = at + 1;
      if (Array.isArray(container)) {
        container.push(value);
        if (byte === COMMA) return undefined;
        if (byte !== CLOSE_LIST) throw syntaxError('a comma or the end of the list', at);
        // `push` makes room for 17; many short lists would take four times the memory they need.
        value = container.length < SHORT_LIST ? container.slice() : container;
      } else {
        container.set(this.#keys[level]!, value);
        if (byte === COMMA) {
          this.#key();
          return undefined;
        }
        if (byte !== CLOSE_OBJECT) throw syntaxError('a comma or the end of the object', at);
        value = container;
      }
      this.#depth--;
    }
    return value;
  }

  #openList(): JsonValue[] | undefined {
    const list: JsonValue[] = [];
    this.#enter(list);
    this.#tryEntries[this.#depth - 1] = true;
    const next = skipSpace(this.#bytes, this.#at);
    if (this.#bytes[next] !== CLOSE_LIST) return undefined;
    this.#depth--;
    this.#at = next + 1;
    return list;
  }

  #openObject(): JsonObject | undefined {
    const object: JsonObject = new Map();
    this.#enter(object);
    const next = skipSpace(this.#bytes, this.#at);
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
    this.#open[this.#depth++] = container;
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
    const packing = this.#packing;
    if (packing === undefined || at < this.#triedTo) return undefined;
    const level = this.#depth - 1;
    const isEntry = level >= 0 && Array.isArray(this.#open[level]);
    if (isEntry && !this.#tryEntries[level]) return undefined;
    const minCells = isEntry ? MIN_ENTRY_CELLS : 1;
    const list = packList(packing, at, { maxLevels: this.#maxDepth - this.#depth, minCells });
    if (list === undefined) {
      this.#triedTo = packing.stoppedAt;
      if (isEntry) this.#tryEntries[level] = false;
    } else {
      this.#at = packing.end;
    }
    return list;
  }

  #word(word: string, value: JsonValue): JsonValue {
    if (!startsWith(this.#bytes, this.#at, word)) throw syntaxError('a value', this.#at);
    this.#at += word.length;
    return value;
  }
}
