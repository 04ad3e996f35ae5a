import { runtimeError, StateFailure } from './errors.ts';

/** What `$$` means in a state. */
export type Context = Readonly<Record<string, unknown>>;

export interface Scope {
  readonly input: unknown;
  readonly context: Context;
}

/**
 * The value at a reference path (`$`, `$.a.b`, `$$.Execution.Name`); other paths are not known here.
 *
 * @throws {Error} when there is nothing, as States.Runtime
 */
export function valueAt(path: string, { input, context }: Scope): unknown {
  const root = path.startsWith('$$') ? context : input;
  let value: unknown = root;
  for (const name of namesOf(path)) {
    if (!isMapping(value) || !Object.hasOwn(value, name)) {
      throw runtimeError(`there is nothing at ${path}`);
    }
    value = value[name];
  }
  return value;
}

export function isPresent(path: string, scope: Scope): boolean {
  try {
    valueAt(path, scope);
    return true;
  } catch (error) {
    if (error instanceof StateFailure) return false;
    throw error;
  }
}

/** A payload template: fields whose name ends with `.$` are paths. */
export function fill(template: unknown, scope: Scope): unknown {
  if (Array.isArray(template)) return template.map((item) => fill(item, scope));
  if (!isMapping(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) =>
      name.endsWith('.$')
        ? [name.slice(0, -2), valueAt(String(value), scope)]
        : [name, fill(value, scope)],
    ),
  );
}

/** What comes of a state: its result put into its input at a path; null drops it. */
export function place(input: unknown, path: string | null | undefined, result: unknown): unknown {
  if (path === null) return input;
  if (path === undefined || path === '$') return result;
  const put = (into: unknown, [name, ...rest]: readonly string[]): unknown =>
    name === undefined
      ? result
      : {
          ...(isMapping(into) && into),
          [name]: put(isMapping(into) ? into[name] : undefined, rest),
        };
  return put(input, namesOf(path));
}

function namesOf(path: string): string[] {
  if (!/^\$\$?(\.[A-Za-z_][A-Za-z0-9_]*)*$/.test(path)) {
    throw new Error(`the path ${path} is not known to this driver`);
  }
  return path.split('.').slice(1);
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
