/**
 * A place in a text that is parsed, and in the format it must follow, if any.
 *
 * The end of the text reads as the empty string, which is no digit and no separator.
 */
export class TextCursor {
  readonly text: string;
  readonly format: string | undefined;
  at = 0;
  #formatAt = 0;

  constructor(text: string, format?: string) {
    this.text = text;
    this.format = format;
  }

  get char(): string {
    return this.text[this.at] ?? '';
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  get left(): number {
    return this.text.length - this.at;
  }

  /** Whether all of the format was used; true without a format. */
  get isFormatDone(): boolean {
    return this.format === undefined || this.#formatAt === this.format.length;
  }

  /** Use up `part` of the format. False when the format has something else there. */
  follows(part: string): boolean {
    if (this.format === undefined) return true;
    if (!this.format.startsWith(part, this.#formatAt)) return false;
    this.#formatAt += part.length;
    return true;
  }

  get isDigit(): boolean {
    return isDigit(this.char);
  }

  /** Read exactly `count` digits; undefined, without moving, when there are fewer. */
  digits(count: number): number | undefined {
    const part = this.text.slice(this.at, this.at + count);
    if (part.length < count || ![...part].every(isDigit)) return undefined;
    this.at += count;
    return Number(part);
  }

  /** Read one digit, and a second one if there is one. */
  oneOrTwoDigits(): { readonly value: number; readonly count: number } | undefined {
    const two = this.digits(2);
    if (two !== undefined) return { value: two, count: 2 };
    const one = this.digits(1);
    return one === undefined ? undefined : { value: one, count: 1 };
  }

  /** Read up to `limit` digits as text. */
  digitText(limit: number): string {
    const start = this.at;
    while (this.at - start < limit && this.isDigit) this.at++;
    return this.text.slice(start, this.at);
  }
}

const isDigit = (char: string): boolean => char >= '0' && char <= '9' && char.length === 1;

/** C's `isspace`. */
export const isSpace = (char: string): boolean => char !== '' && ' \t\n\v\f\r'.includes(char);
