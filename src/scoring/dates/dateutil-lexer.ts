const isWord = (char: string): boolean => /^\p{L}$/u.test(char);
const isNumber = (char: string): boolean => /^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2089]$/u.test(char);
/** Python's `str.isspace`: JavaScript's white space, some control characters, no byte order mark. */
const isBlank = (char: string): boolean =>
  char !== '\ufeff' && (/^\s$/.test(char) || (char >= '\x1c' && char <= '\x1f') || char === '\x85');

type State = 'none' | 'word' | 'number' | 'word.' | 'number.';

/**
 * Split a text into the tokens of dateutil's parser: words, numbers (with fraction), single other
 * characters; every blank becomes one space.
 *
 * @see dateutil/parser/_parser.py, `_timelex`
 */
export function dateutilTokens(text: string): string[] {
  const chars = [...text].filter((char) => char !== '\0');
  const tokens: string[] = [];
  let at = 0;
  while (at < chars.length) {
    const { token, state, hasLetters, end } = readToken(chars, at);
    at = end;
    for (const part of finish(token, state, hasLetters)) tokens.push(part);
  }
  return tokens;
}

interface RawToken {
  readonly token: string;
  readonly state: State;
  readonly hasLetters: boolean;
  readonly end: number;
}

function readToken(chars: readonly string[], start: number): RawToken {
  const first = chars[start] as string;
  const end = start + 1;
  if (!isWord(first) && !isNumber(first)) {
    return { token: isBlank(first) ? ' ' : first, state: 'none', hasLetters: false, end };
  }
  let token = first;
  let state: State = isWord(first) ? 'word' : 'number';
  let hasLetters = false;
  for (let at = end; at < chars.length; at++) {
    const char = chars[at] as string;
    if (state === 'word' || state === 'word.') hasLetters = true;
    const next = nextState(state, char, token);
    if (next === undefined) return { token, state, hasLetters, end: at };
    token += char;
    state = next;
  }
  return { token, state, hasLetters, end: chars.length };
}

/** The state after one more character, or undefined when it starts the next token. */
function nextState(state: State, char: string, token: string): State | undefined {
  switch (state) {
    case 'word':
      return isWord(char) ? 'word' : char === '.' ? 'word.' : undefined;
    case 'number':
      if (isNumber(char)) return 'number';
      return char === '.' || (char === ',' && [...token].length >= 2) ? 'number.' : undefined;
    case 'word.':
      if (char === '.' || isWord(char)) return 'word.';
      return isNumber(char) && token.endsWith('.') ? 'number.' : undefined;
    case 'number.':
      if (char === '.' || isNumber(char)) return 'number.';
      return isWord(char) && token.endsWith('.') ? 'word.' : undefined;
    default:
      return undefined;
  }
}

/** Break up what was held together by dots but is no decimal number. */
function finish(token: string, state: State, hasLetters: boolean): string[] {
  if (state !== 'word.' && state !== 'number.') return [token];
  const dots = token.split('.').length - 1;
  const parts = hasLetters || dots > 1 || /[.,]$/.test(token) ? token.split(/([.,])/) : [token];
  const [first = '', ...rest] = parts;
  const head = state === 'number.' && !first.includes('.') ? first.replaceAll(',', '.') : first;
  return [head, ...rest.filter((part) => part !== '')];
}
