import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import type { Path } from './fault.ts';

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Why a text is not good YAML 1.2. */
export interface YamlProblem extends Position {
  readonly text: string;
}

/** A YAML text that knows where everything stands. */
export interface YamlText {
  /** Empty when there are none. */
  readonly problems: readonly YamlProblem[];
  /** What it says; of a key that stands twice, the last. `undefined` when it cannot be understood. */
  readonly value: unknown;
  /** Where a key or its value begins; of what is not there, where the nearest thing around it does. */
  find(path: Path, at: 'key' | 'value'): Position;
}

export function readYamlText(text: string): YamlText {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    lineCounter: counter,
    prettyErrors: false,
    stringKeys: true,
  });
  const position = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = [...syntaxFaults(document), ...aliasFaults(document)];
  const isReadable = faults.every(({ isHarmless }) => isHarmless);
  const value = isReadable ? toValue(document) : undefined;
  if (value instanceof TooMuch) faults.push({ offset: 0, text: value.message });
  return {
    problems: faults.map(({ offset, text: fault }) => ({ ...position(offset), text: fault })),
    value: value instanceof TooMuch ? undefined : value,
    find: (path, at) => position(offsetOf(document, path, at)),
  };
}

interface YamlFault {
  readonly offset: number;
  readonly text: string;
  /** It can be understood all the same. */
  readonly isHarmless?: boolean;
}

/** One for each place: what is said of it after that is a consequence. */
const syntaxFaults = ({ errors, warnings }: Document.Parsed): YamlFault[] =>
  [...errors, ...warnings]
    .filter(({ pos }, i, all) => all.findIndex((other) => other.pos[0] === pos[0]) === i)
    .map(({ code, message, pos }) => ({
      offset: pos[0],
      text: HINTS[code] ?? `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
      isHarmless: code === 'DUPLICATE_KEY',
    }));

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab cannot indent in YAML: use spaces',
  DUPLICATE_KEY: 'this key stands twice in its mapping: remove one',
  MULTIPLE_DOCS: 'a second document begins here: an endpoint file holds one',
  BLOCK_AS_IMPLICIT_KEY:
    'another key follows this value: indent the next line as this one, or put a text with ": " into quotes',
  MULTILINE_IMPLICIT_KEY: 'the text here is no key and no value of one: is a ":" missing?',
  BAD_INDENT: 'this line is indented unlike its neighbours, or a bracket before it is not closed',
  TAG_RESOLVE_FAILED: 'tags such as !Ref mean nothing here: write the value itself',
  NON_STRING_KEY: 'keys are plain texts',
};

function aliasFaults(document: Document.Parsed): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      const text = `nothing before it is named &${alias.source}, which *${alias.source} stands for`;
      faults.push({ offset: alias.range?.[0] ?? 0, text });
    },
  });
  return faults;
}

class TooMuch extends Error {}

/** The one thing that can still go wrong is a bomb of aliases. */
function toValue(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    return new TooMuch('its aliases (*name) stand for too much: write it out', { cause });
  }
}

function offsetOf(document: Document.Parsed, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [i, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const child = childOf(node, part);
    if (!child) return offset;
    const isLast = i === path.length - 1;
    const start = isLast && at === 'value' ? startOf(child.value) : undefined;
    offset = start ?? startOf(child.key ?? child.value) ?? offset;
    node = child.value;
  }
  return offset;
}

function childOf(
  node: unknown,
  part: string | number,
): { key?: unknown; value: unknown } | undefined {
  if (isSeq(node)) return { value: node.items[Number(part)] };
  if (!isMap(node)) return undefined;
  return node.items.findLast(({ key }: Pair) => (isScalar(key) ? key.value : key) === part);
}

/** An empty value has no place of its own. */
function startOf(node: unknown): number | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range && !(isScalar(node) && node.value === null && range[0] === range[1])
    ? range[0]
    : undefined;
}
