import { findRollback } from './find-rollback.ts';
import type { CallOptions, ObjectStore } from './object-store.ts';
import { describePointer } from './pointer.ts';
import { readPointer } from './pointer-states.ts';
import { listPointerNames } from './published-names.ts';

/** A version that must stay. */
export interface Protection {
  readonly version: string;
  /** What needs it, in words. */
  readonly reasons: readonly string[];
}

/**
 * The versions of a model that its aliases and stages name, or would name after a rollback.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when one of them is malformed; as `ObjectStore`
 */
export async function findProtected(
  store: ObjectStore,
  name: string,
  call: CallOptions,
): Promise<Protection[]> {
  const reasonsByVersion = new Map<string, string[]>();
  const protect = (version: string | null | undefined, reason: string) => {
    if (typeof version !== 'string') return;
    reasonsByVersion.set(version, [...(reasonsByVersion.get(version) ?? []), reason]);
  };
  for (const kind of ['alias', 'stage'] as const) {
    for (const pointer of await listPointerNames(store, name, kind, call)) {
      const target = { name, kind, pointer };
      const current = await readPointer(store, target, call);
      if (current === undefined) continue;
      const previous = await findRollback(store, target, current, call);
      protect(current.state.version, describePointer(target));
      protect(previous?.state.version, `rollback of ${describePointer(target)}`);
    }
  }
  return [...reasonsByVersion].map(([version, reasons]) => ({ version, reasons }));
}
