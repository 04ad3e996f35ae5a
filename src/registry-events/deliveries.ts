import type { CallOptions, ObjectStore } from '../publish/object-store.ts';

/** Which webhooks have been worked off: by every instance, because the bucket remembers. */
export interface Deliveries {
  /** True for a delivery that must not be worked off again; one that failed or was cut is none of these. */
  isDone(id: string, options?: CallOptions): Promise<boolean>;
  markDone(id: string, options?: CallOptions): Promise<void>;
  /** Forget what no signature is good for any more. */
  sweep(options?: CallOptions): Promise<void>;
}

export interface DeliveriesOptions {
  readonly store: ObjectStore;
  /** @default Date.now - ms since epoch */
  readonly now?: () => number;
}

const FOLDER = 'events';
/** A signature is good for ten minutes at most: five before its timestamp, five after; ms. */
const KEPT_MS = 60 * 60_000;
/** Delivery ids in memory; the bucket has them all. */
const MAX_REMEMBERED = 1_000;

/** Remember deliveries as objects `events/<delivery id>`, written once. */
export function createDeliveries({ store, now = Date.now }: DeliveriesOptions): Deliveries {
  const remembered = new Set<string>();

  function remember(id: string): void {
    remembered.add(id);
    const [oldest] = remembered;
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  }

  return {
    async isDone(id, options) {
      if (remembered.has(id)) return true;
      const found = await store.read(keyOf(id), options);
      if (found === undefined) return false;
      remember(id);
      return true;
    },
    async markDone(id, options) {
      const done = { done_at: new Date(now()).toISOString() };
      const bytes = new TextEncoder().encode(JSON.stringify(done));
      // A conflict says that another instance was as fast: done is done.
      await store.write(keyOf(id), bytes, { ifAbsent: true }, options);
      remember(id);
    },
    async sweep(options) {
      const objects = await store.list(FOLDER, options);
      const old = objects.filter(({ modifiedAtMs }) => now() - modifiedAtMs > KEPT_MS);
      if (old.length > 0)
        await store.delete(
          old.map(({ key }) => key),
          options,
        );
    },
  };
}

const keyOf = (id: string): string => `${FOLDER}/${id}.json`;
