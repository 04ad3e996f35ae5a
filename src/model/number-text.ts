/** What Python's number parsers take for white space: less than `str.strip()` does. */
const SPACE = /^[\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;
const DIGITS = '\\d+(?:_\\d+)*';

const INTEGER = new RegExp(`^[+-]?${DIGITS}$`);
const FLOAT = new RegExp(
  `^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`,
);
const WORD = /^([+-]?)(?:inf(?:inity)?|(nan))$/i;

/** CPython refuses longer integer texts to keep parsing linear. */
const MAX_INTEGER_DIGITS = 4300;

/** The only decimal digits that follow one another in more than one run of ten. */
const MATHEMATICAL_DIGITS = 0x1d7ce;

/**
 * Python's `int(text)`: blanks around, a sign, underscores between digits, digits of any script.
 *
 * @returns undefined when Python raises
 */
export function pythonInt(text: string): bigint | undefined {
  const plain = stripped(asciiDigits(text));
  if (!INTEGER.test(plain)) return undefined;
  const digits = plain.replaceAll('_', '');
  if (digits.replace(/^[+-]/, '').length > MAX_INTEGER_DIGITS) return undefined;
  return digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits.replace('+', ''));
}

/**
 * Python's `float(text)`: as `pythonInt`, with fraction and exponent, `inf`, `infinity`, `nan`.
 *
 * @returns undefined when Python raises
 */
export function pythonFloatOf(text: string): number | undefined {
  const plain = stripped(asciiDigits(text));
  if (FLOAT.test(plain)) return Number(plain.replaceAll('_', ''));
  const word = WORD.exec(plain);
  if (word === null) return undefined;
  if (word[2] !== undefined) return Number.NaN;
  return word[1] === '-' ? -Infinity : Infinity;
}

/** Without blanks around; a loop, because a pattern would take quadratic time on blanks inside. */
function stripped(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text[start] as string)) start++;
  while (end > start && SPACE.test(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

/** Replace decimal digits of other scripts by 0–9. */
function asciiDigits(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is for "only ASCII"
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit.codePointAt(0) ?? 0)));
}

function digitValue(codePoint: number): number {
  if (codePoint >= MATHEMATICAL_DIGITS && codePoint < MATHEMATICAL_DIGITS + 50) {
    return (codePoint - MATHEMATICAL_DIGITS) % 10;
  }
  let zero = codePoint;
  while (codePoint - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return codePoint - zero;
}
