import type { z } from 'zod';
import { endpointSchema } from '../endpoint-schema.ts';
import { describePath, type Fault, type Path } from './fault.ts';

type Issue = z.core.$ZodIssue;

/** Where a secret may have been written by mistake: what stands there is not repeated. */
const SECRET = /^(registry(\..*)?|events(\.webhookSecret(\..*)?)?)$/;
const LONGEST_QUOTE = 80;

/**
 * What zod found, as faults.
 *
 * @param root what was checked
 */
export const shapeFaults = (issues: readonly Issue[], root: unknown): Fault[] =>
  issues.flatMap((issue) => faultsOf(issue, [], root));

function faultsOf(issue: Issue, base: Path, root: unknown): Fault[] {
  const path = [...base, ...(issue.path as (string | number)[])];
  const value = valueAt(root, path);
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path);
  if (issue.code === 'invalid_key') {
    const text = issue.issues[0]?.message ?? issue.message;
    return [{ path, at: 'key', text: `${describePath(path)}: ${text}` }];
  }
  if (value === undefined && path.length > 0) return [missing(issue, path)];
  if (issue.code === 'invalid_union' && isMapping(value)) {
    const meant = findMeantBranch(issue.errors);
    if (meant) return meant.flatMap((inner) => faultsOf(inner, path, root));
  }
  const place = path.length > 0 ? `${describePath(path)}: ` : '';
  return [
    { path, text: `${place}${issue.message}${butGot(path, value)}${inQuotes(issue, value)}` },
  ];
}

/** Of each unknown key, the message has a line that reads after the key and its mapping. */
function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, path: Path): Fault[] {
  const place = path.length > 0 ? ` in ${describePath(path)}` : '';
  const hints = issue.message.split('\n');
  return issue.keys.map((key, i) => {
    const home = findHome(key);
    const isNobody = key === 'none' && describePath(path) === 'auth';
    const meant = isNobody ? 'auth: none, without other keys' : home && `${home}.${key}`;
    const hint = meant === undefined ? hints[i] : `: did you mean ${meant}?`;
    return { path: [...path, key], at: 'key', text: `unknown key "${key}"${place}${hint}` };
  });
}

/** The section that has a key of this name. */
const findHome = (key: string): string | undefined =>
  Object.entries(endpointSchema.shape).find(([, schema]) => keysOf(schema).includes(key))?.[0];

function keysOf(schema: z.core.$ZodType): string[] {
  const { innerType, options = [], shape = {} } = schema._zod.def as Partial<Inner>;
  return innerType ? keysOf(innerType) : [...Object.keys(shape), ...options.flatMap(keysOf)];
}

/** What zod's optional, union and object schemas keep inside. */
interface Inner {
  readonly innerType: z.core.$ZodType;
  readonly options: readonly z.core.$ZodType[];
  readonly shape: object;
}

function missing(issue: Issue, path: Path): Fault {
  const parent = path.slice(0, -1);
  const place = parent.length > 0 ? `${describePath(parent)} lacks` : 'the file lacks';
  return { path: parent, at: 'key', text: `${place} "${path.at(-1)}": ${issue.message}` };
}

/**
 * The branch of a union that a mapping was meant for: the one with the fewest faults.
 *
 * `undefined` when two have equally few, and when it mixes the keys of several.
 */
function findMeantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const possible = branches.filter((issues) => !issues.some(isAboutTheWhole));
  const [first, second] = possible.toSorted((a, b) => count(a) - count(b));
  if (!first || (second && count(first) === count(second))) return undefined;
  const unknown = possible.map((issues) => issues.flatMap(unknownTo));
  const isMixed =
    unknown.length > 1 &&
    unknown.every((keys) => keys.length > 0) &&
    !unknown[0]?.some((key) => unknown.every((keys) => keys.includes(key)));
  return isMixed ? undefined : first;
}

const isAboutTheWhole = ({ code, path }: Issue): boolean =>
  path.length === 0 && code !== 'unrecognized_keys';

const count = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + Math.max(1, unknownTo(issue).length), 0);

const unknownTo = (issue: Issue): readonly string[] =>
  issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [];

function butGot(path: Path, value: unknown): string {
  if (value === null) return ', got nothing: fill it, or remove the key';
  if (Array.isArray(value)) return value.length === 0 ? ', got an empty list' : ', got a list';
  if (typeof value === 'object') return ', got a mapping';
  if (SECRET.test(describePath(path)))
    return typeof value === 'string' ? '' : `, got a ${typeof value}`;
  const quoted = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return `, got ${quoted.length > LONGEST_QUOTE ? `${quoted.slice(0, LONGEST_QUOTE)}…` : quoted}`;
}

function inQuotes(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_type') return '';
  const isText = typeof value === 'string';
  if (issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return ': put it into quotes';
  return isText && NUMERIC.has(issue.expected) && /^\d+(\.\d+)?$/.test(value)
    ? ': remove the quotes'
    : '';
}

const NUMERIC: ReadonlySet<string> = new Set(['number', 'int']);

export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

const isMapping = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
