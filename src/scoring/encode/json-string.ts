/** Anything but the characters that JSON text may hold as they are: DEL and beyond are escaped too. */
const NEEDS_ESCAPE = /[^ !#-[\]-~]/;
const ALL_TO_ESCAPE = /[^ !#-[\]-~]/g;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A string in JSON as Python's `json.dumps` writes it, ASCII only. */
export const jsonString = (text: string): string =>
  NEEDS_ESCAPE.test(text) ? `"${text.replace(ALL_TO_ESCAPE, escapeUnit)}"` : `"${text}"`;

const escapeUnit = (unit: string): string =>
  SHORT_ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
