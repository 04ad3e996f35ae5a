const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

/**
 * Where a quoted scalar ends in one line of it: the index behind the closing quote, -1 when it goes on.
 *
 * @param from index behind the opening quote, or the start of a continuation line
 */
export function endOfQuoted(line: string, quote: string, from: number): number {
  for (let i = from; i < line.length; i++) {
    if (quote === '"' && line[i] === '\\') i++;
    else if (line[i] === quote) {
      if (quote === '"' || line[i + 1] !== "'") return i + 1;
      i++;
    }
  }
  return -1;
}

/**
 * Join the lines of a scalar as YAML folds them: a line end is a blank, each empty line a line end.
 *
 * Shapes: `lines` are trimmed, save the head of the first and the tail of the last.
 */
export function foldLines(lines: readonly string[]): string {
  let text = lines[0] ?? '';
  let emptyLines = 0;
  lines.slice(1).forEach((line, i) => {
    const isLast = i === lines.length - 2;
    if (line === '' && !isLast) emptyLines++;
    else {
      text += (emptyLines > 0 ? '\n'.repeat(emptyLines) : ' ') + line;
      emptyLines = 0;
    }
  });
  return text;
}

/** The text between single quotes. */
export const singleQuoted = (raw: string): string => foldRaw(raw).replaceAll("''", "'");

/**
 * The text between double quotes.
 *
 * @returns undefined for an escape that YAML does not know
 */
export function doubleQuoted(raw: string): string | undefined {
  let isKnown = true;
  // A backslash before a line end joins the lines without a blank; folding must not see them.
  const joined = raw.replace(/\\(?:\n[ ]*|[^\n])/g, (pair) => (pair[1] === '\n' ? '' : pair));
  const escapes = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;
  const text = foldRaw(joined).replace(escapes, (_, x, u, long, one: string | undefined) => {
    const hex: string | undefined = x ?? u ?? long;
    const code = hex === undefined ? undefined : Number.parseInt(hex, 16);
    const character = code === undefined ? ESCAPES[one ?? ''] : fromCodePoint(code);
    isKnown &&= character !== undefined;
    return character ?? '';
  });
  return isKnown ? text : undefined;
}

const fromCodePoint = (code: number): string | undefined =>
  code > 0x10ffff ? undefined : String.fromCodePoint(code);

function foldRaw(raw: string): string {
  const lines = raw.split('\n');
  const last = lines.length - 1;
  const trimmed = lines.map((line, i) => {
    const head = i === 0 ? line : line.trimStart();
    return i === last ? head : head.trimEnd();
  });
  return foldLines(trimmed);
}
