import { type EndpointFile, endpointSchema } from '../endpoint-schema.ts';
import type { Fault, Path } from './fault.ts';
import { BATCH_RULES } from './rules/batch.ts';
import { FOLLOWING_RULES } from './rules/following.ts';
import { FUNCTION_RULES } from './rules/function.ts';
import { PYTHON_RULES } from './rules/python.ts';
import { STORE_RULES } from './rules/store.ts';
import { WEB_RULES } from './rules/web.ts';
import { shapeFaults, valueAt } from './shape-faults.ts';

/** What was written, as far as it is right by itself. */
export interface Written {
  /** Defaults filled in, faulty settings left out. */
  readonly file: { readonly [K in keyof EndpointFile]?: EndpointFile[K] | undefined };
  /** Whether the file says it, right or wrong; and not a default. */
  has(...path: (string | number)[]): boolean;
  /** Whether there is a fault in it: then what `file` has there is a default, and nobody's wish. */
  isFaulty(...path: (string | number)[]): boolean;
}

export type Rule = (written: Written) => Fault[];

const RULES: readonly Rule[] = [
  ...WEB_RULES,
  ...FUNCTION_RULES,
  ...FOLLOWING_RULES,
  ...STORE_RULES,
  ...PYTHON_RULES,
  ...BATCH_RULES,
];

/**
 * Settings that are right each by itself, but not together.
 *
 * What has a fault of its own is taken out first, so that one reading of the file finds everything else.
 */
export function combinationFaults(root: unknown, faults: readonly Fault[]): Fault[] {
  const places = faults.map(({ path }) => path);
  const written: Written = {
    file: withoutFaults(root),
    has: (...path) => valueAt(root, path) !== undefined,
    isFaulty: (...path) => places.some((place) => path.every((part, i) => place[i] === part)),
  };
  return RULES.flatMap((rule) => rule(written));
}

/** Mappings whose keys lack something are taken out, too: that is why once does not do. */
function withoutFaults(root: unknown): Written['file'] {
  const rest = structuredClone(root);
  const file: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(endpointSchema.shape)) {
    for (;;) {
      const checked = schema.safeParse(valueAt(rest, [name]));
      if (checked.success) file[name] = checked.data;
      if (checked.success || valueAt(rest, [name]) === undefined) break;
      const issues = checked.error.issues.map((issue) => ({
        ...issue,
        path: [name, ...issue.path],
      }));
      const paths = shapeFaults(issues, rest).map(({ path }) => path);
      const removed = paths.map((path) => remove(rest, path));
      if (!removed.includes(true)) break; // Nothing that could be taken out: the section is left out.
    }
  }
  return file;
}

/** A list with a faulty item goes as a whole. @returns whether there was anything to take out */
function remove(root: unknown, path: Path): boolean {
  const firstIndex = path.findIndex((part) => typeof part === 'number');
  const whole = firstIndex < 0 ? path : path.slice(0, firstIndex);
  const parent = valueAt(root, whole.slice(0, -1));
  const key = String(whole.at(-1));
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return false;
  return Reflect.deleteProperty(parent, key);
}
