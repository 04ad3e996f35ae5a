import { resolveYamlScalar, type YamlScalar } from './yaml-scalar.ts';
import { doubleQuoted, endOfQuoted, foldLines, singleQuoted } from './yaml-text.ts';

export type YamlValue = YamlScalar | YamlValue[] | { [key: string]: YamlValue };

/** Thrown inside this file only: the text uses YAML that PyYAML's dumper does not write. */
class NotPlain extends Error {}

const MAX_DEPTH = 64;
/** What opens something other than a plain scalar. */
const INDICATOR = /^(?:[&*!|>%@`"'#{}[\],]|[?:-](?:\s|$)|---|\.\.\.)/;
/** What would end a plain scalar, or open a comment. */
const INSIDE = /:(?:\s|$)|\s#/;

interface Reader {
  readonly lines: string[];
  at: number;
}

/**
 * Read the YAML that PyYAML's `safe_dump` writes: block maps and lists, scalars on one or more lines.
 *
 * An MLmodel is nearly always such a file, and reading one this way takes under 1 ms in a fresh
 * process, where a whole YAML library takes 10 ms to load and 10 ms more for its first document.
 *
 * @returns undefined when the text is anything else (anchors, flow collections, block scalars,
 *   comments, errors): a full parser must decide
 */
export function readPlainYaml(text: string): YamlValue | undefined {
  if (/[\t\r\0\u0085\u2028\u2029\ufeff]/.test(text)) return undefined;
  const reader = { lines: text.split('\n'), at: 0 };
  try {
    skipBlank(reader);
    const value = readBlock(reader, 0, 0);
    return reader.at < reader.lines.length ? undefined : value;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

function readBlock(reader: Reader, indent: number, depth: number): YamlValue {
  const line = reader.lines[reader.at];
  if (depth > MAX_DEPTH || line === undefined || indentOf(line) !== indent) throw new NotPlain();
  return isItem(line.slice(indent))
    ? readList(reader, indent, depth)
    : readMap(reader, indent, depth);
}

function readMap(reader: Reader, indent: number, depth: number): { [key: string]: YamlValue } {
  const map: { [key: string]: YamlValue } = {};
  for (;;) {
    const line = reader.lines[reader.at];
    if (line === undefined || indentOf(line) < indent) return map;
    const content = line.slice(indent);
    const key = content.startsWith(' ') || isItem(content) ? undefined : findKey(content);
    if (!key) throw new NotPlain();
    const value = readValue(reader, content.slice(key.end), indent, depth, isItem);
    // Not assignment: `__proto__` must stay a key like any other.
    const property = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(map, key.name, property);
  }
}

function readList(reader: Reader, indent: number, depth: number): YamlValue[] {
  const list: YamlValue[] = [];
  for (;;) {
    const line = reader.lines[reader.at];
    if (line === undefined || indentOf(line) < indent || !isItem(line.trimStart())) return list;
    if (indentOf(line) > indent) throw new NotPlain();
    const rest = line.slice(indent + 2);
    if (isItem(rest) || findKey(rest)) {
      // `- a: 1` holds a block of its own, two columns further in.
      reader.lines[reader.at] = `${' '.repeat(indent + 2)}${rest}`;
      list.push(readBlock(reader, indent + 2, depth + 1));
    } else {
      list.push(readValue(reader, rest, indent, depth, () => false));
    }
  }
}

/**
 * What follows a key or a dash; moves to the first line behind it.
 *
 * @param mayAlign whether a block that starts with such a line may stand at the same indent
 */
function readValue(
  reader: Reader,
  rest: string,
  indent: number,
  depth: number,
  mayAlign: (content: string) => boolean,
): YamlValue {
  const first = rest.trim();
  if (first.startsWith("'") || first.startsWith('"')) return readQuoted(reader, rest.trimStart());
  reader.at++;
  if (first !== '' && first !== '{}' && first !== '[]') return readPlain(reader, first, indent);
  skipBlank(reader);
  if (first !== '') return first === '{}' ? {} : [];
  const next = reader.lines[reader.at];
  if (next === undefined) return null;
  const nextIndent = indentOf(next);
  const isNested = nextIndent > indent || (nextIndent === indent && mayAlign(next.slice(indent)));
  return isNested ? readBlock(reader, nextIndent, depth + 1) : null;
}

function readPlain(reader: Reader, first: string, indent: number): YamlScalar {
  const lines = [first];
  for (; reader.at < reader.lines.length; reader.at++) {
    const line = reader.lines[reader.at] ?? '';
    if (line.trim() !== '' && indentOf(line) <= indent) break;
    lines.push(line.trim());
  }
  while (lines.at(-1) === '') lines.pop();
  const isOdd = (line: string) => INSIDE.test(line) || line.startsWith('#');
  if (INDICATOR.test(first) || lines.some(isOdd)) throw new NotPlain();
  return lines.length === 1 ? resolveYamlScalar(first) : foldLines(lines);
}

function readQuoted(reader: Reader, first: string): string {
  const quote = first[0] as string;
  const lines = [first];
  let end = endOfQuoted(first, quote, 1);
  for (reader.at++; end < 0; reader.at++) {
    const line = reader.lines[reader.at];
    if (line === undefined) throw new NotPlain();
    lines.push(line);
    end = endOfQuoted(line, quote, 0);
  }
  const last = lines.pop() as string;
  if (last.slice(end).trim() !== '') throw new NotPlain();
  skipBlank(reader);
  return unquote([...lines, last.slice(0, end)].join('\n'));
}

function unquote(text: string): string {
  const raw = text.slice(1, -1);
  const value = text.startsWith("'") ? singleQuoted(raw) : doubleQuoted(raw);
  if (value === undefined) throw new NotPlain();
  return value;
}

/** The key at the head of `name: rest`; undefined when the line is a scalar. */
function findKey(content: string): { readonly name: string; readonly end: number } | undefined {
  const quote = content[0];
  if (quote === "'" || quote === '"') {
    const end = endOfQuoted(content, quote, 1);
    if (end < 0 || !/^:(?: |$)/.test(content.slice(end))) return undefined;
    return { name: unquote(content.slice(0, end)), end: end + 1 };
  }
  const colon = content.search(/:(?: |$)/);
  if (colon < 0) return undefined;
  const name = content.slice(0, colon).trimEnd();
  if (name === '' || name === '<<' || INDICATOR.test(name) || INSIDE.test(name)) {
    throw new NotPlain();
  }
  return { name, end: colon + 1 };
}

function skipBlank(reader: Reader): void {
  while (reader.at < reader.lines.length && reader.lines[reader.at]?.trim() === '') reader.at++;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

const isItem = (content: string): boolean => content === '-' || content.startsWith('- ');
