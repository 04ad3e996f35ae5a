import { badRequest } from '../../errors.ts';
import { HAS_INT } from '../../model/json-value.ts';
import { MINUS, ZERO } from './bytes.ts';
import { Cells } from './cells.ts';
import { scanNumbers } from './scan-numbers.ts';
import { NOT_A_CELL } from './scan-odd-cell.ts';
import { syntaxError } from './syntax-error.ts';

/** Python's `sys.get_int_max_str_digits()`. */
const MAX_INT_DIGITS = 4300;

/** Making a bigint takes 30 ns, more than reading its digits. */
const SMALL_INTS = Array.from({ length: 256 }, (_, i) => BigInt(i));

/** For the number read last; shared, because reading is never interrupted. */
const cells = new Cells();

/** Reads the numbers of one JSON text, which ends in a NUL byte, one by one. */
export class NumberReader {
  /** Position behind the number read last. */
  end = 0;

  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /**
   * Read the number at `start`: Python's int as bigint, its float as number.
   *
   * @throws {ServingError} BAD_REQUEST for anything else, or an int of more than 4300 digits
   */
  read(start: number): number | bigint {
    cells.next = 0;
    cells.kinds[0] = 0;
    const end = scanNumbers(this.#bytes, start, cells, 0, 1);
    if (end === NOT_A_CELL) return this.#bigInt(start);
    this.end = end;
    const value = cells.values[0]!;
    if (cells.kinds[0] !== HAS_INT) return value;
    return SMALL_INTS[value] ?? BigInt(value);
  }

  /** Read an integer of any size. */
  #bigInt(start: number): bigint {
    const bytes = this.#bytes;
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
    this.end = end;
    return BigInt(bytes.toString('latin1', start, end));
  }
}
