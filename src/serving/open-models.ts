import type { ModelVersion } from '../registry/model-registry.ts';
import { eventModel, type ModelEvicted, type Telemetry } from '../telemetry.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import type { Clock } from './clock.ts';
import type { ModelLoader, OpenModel } from './model-loader.ts';
import { versionKey } from './model-version.ts';

/** One open model and who needs it. Counted, not collected: native memory must be given back by hand. */
export interface Slot {
  readonly key: string;
  readonly model: OpenModel;
  /** Requests and attempts that use it now; it is never closed while there are any. */
  leases: number;
  /** URIs that mean it; without leases and URIs it is closed at once. */
  uris: number;
  /** Order of last use. */
  usedAt: number;
  isClosed: boolean;
}

export interface OpenModels {
  /**
   * The slot of `version`, opening it if need be; concurrent callers share one opening.
   *
   * Each call owns one lease of the result and must `release` it.
   */
  open(version: ModelVersion): Attempt<Slot>;
  /** Take `count` leases. @default 1 */
  lease(slot: Slot, count?: number): void;
  release(slot: Slot): void;
  /** Give back one lease of each at once: what nobody needs goes before what is only idle. */
  releaseAll(slots: readonly Slot[]): void;
  bind(slot: Slot): void;
  unbind(slot: Slot): void;
  /** Wait for the leases, then close everything; openings under way are given up. */
  close(): Promise<void>;
}

export interface OpenModelsOptions {
  readonly loader: ModelLoader;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Bound for the sum of `residentBytes`; a single model may exceed it. */
  readonly maxResidentBytes: number;
  readonly loadDeadlineMs: number;
}

interface Opening {
  readonly attempt: Attempt<Slot>;
  joiners: number;
}

/** Own the open models: single flight, leases, and eviction of the least recently used by memory. */
export function createOpenModels(options: OpenModelsOptions): OpenModels {
  const { loader, clock, telemetry, maxResidentBytes, loadDeadlineMs } = options;
  const slots = new Map<string, Slot>();
  const openings = new Map<string, Opening>();
  const closings = new Set<Promise<void>>();
  let residentBytes = 0;
  let uses = 0;
  let isClosing = false;
  let onEmpty: (() => void) | undefined;

  function open(version: ModelVersion): Attempt<Slot> {
    const key = versionKey(version);
    const slot = slots.get(key);
    if (slot !== undefined) {
      lease(slot);
      return doneAttempt(slot, clock.now());
    }
    let opening = openings.get(key);
    if (opening?.attempt.isOverdue()) {
      opening.attempt.abandon();
      opening = undefined;
    }
    opening ??= startOpening(key, version);
    opening.joiners++;
    return opening.attempt;
  }

  function startOpening(key: string, version: ModelVersion): Opening {
    const startedAtMs = clock.now();
    const attempt = startAttempt<Slot>({
      clock,
      deadlineMs: loadDeadlineMs,
      task: `opening model "${version.name}" ${version.version}`.trimEnd(),
      run: async (signal) => {
        const model = await loader.load(version, { signal, makeRoom });
        if (signal.aborted) {
          await model.close();
          throw signal.reason;
        }
        return addSlot(key, model, opening.joiners);
      },
      discard: (slot) => {
        releaseAll(Array.from({ length: opening.joiners }, () => slot));
      },
    });
    const opening: Opening = { attempt, joiners: 0 };
    openings.set(key, opening);
    const forget = (): void => {
      if (openings.get(key) === opening) openings.delete(key);
    };
    attempt.result.then(forget, (error: unknown) => {
      forget();
      if (isClosing) return;
      const durationMs = clock.now() - startedAtMs;
      telemetry.emit({ type: 'model-load-failed', model: eventModel(version), durationMs, error });
    });
    return opening;
  }

  function addSlot(key: string, model: OpenModel, leases: number): Slot {
    const slot: Slot = { key, model, leases, uris: 0, usedAt: ++uses, isClosed: false };
    slots.set(key, slot);
    residentBytes += model.residentBytes;
    makeRoom(0);
    return slot;
  }

  /**
   * Close idle models, least recently used first, until `expectedBytes` more fit.
   *
   * The last one stays unless another comes: it may be larger than the bound, and must be served.
   */
  function makeRoom(expectedBytes: number): void {
    while (residentBytes + expectedBytes > maxResidentBytes) {
      if (expectedBytes === 0 && slots.size <= 1) return;
      let oldest: Slot | undefined;
      for (const slot of slots.values()) {
        if (slot.leases === 0 && (oldest === undefined || slot.usedAt < oldest.usedAt))
          oldest = slot;
      }
      if (oldest === undefined) return;
      closeSlot(oldest, 'memory');
    }
  }

  function lease(slot: Slot, count = 1): void {
    slot.leases += count;
    slot.usedAt = ++uses;
  }

  function release(slot: Slot): void {
    if (--slot.leases > 0) return;
    if (slot.uris === 0) closeSlot(slot, isClosing ? 'closed' : 'replaced');
    else if (residentBytes > maxResidentBytes) makeRoom(0); // what could not go while it was leased
  }

  function releaseAll(leased: readonly Slot[]): void {
    for (const slot of leased) slot.leases--;
    for (const slot of leased) {
      const isUnused = slot.leases === 0 && slot.uris === 0 && !slot.isClosed;
      if (isUnused) closeSlot(slot, isClosing ? 'closed' : 'replaced');
    }
    makeRoom(0);
  }

  function unbind(slot: Slot): void {
    if (--slot.uris === 0 && slot.leases === 0 && !slot.isClosed) closeSlot(slot, 'replaced');
  }

  function closeSlot(slot: Slot, reason: ModelEvicted['reason']): void {
    slot.isClosed = true;
    slots.delete(slot.key);
    residentBytes -= slot.model.residentBytes;
    const closing = closeModel(slot.model, reason).finally(() => closings.delete(closing));
    closings.add(closing);
    if (slots.size === 0) onEmpty?.();
  }

  /** Never rejects. */
  async function closeModel(model: OpenModel, reason: ModelEvicted['reason']): Promise<void> {
    let failure = {};
    try {
      await model.close();
    } catch (error) {
      failure = { error };
    }
    const { version, residentBytes: bytes } = model;
    telemetry.emit({
      type: 'model-evicted',
      model: eventModel(version),
      reason,
      residentBytes: bytes,
      ...failure,
    });
  }

  async function close(): Promise<void> {
    isClosing = true;
    for (const { attempt } of openings.values()) attempt.abandon('the cache was closed');
    for (const slot of slots.values()) if (slot.leases === 0) closeSlot(slot, 'closed');
    if (slots.size > 0) await new Promise<void>((resolve) => (onEmpty = resolve));
    await Promise.all(closings);
  }

  return {
    open,
    lease,
    release,
    releaseAll,
    bind: (slot) => {
      slot.uris++;
    },
    unbind,
    close,
  };
}

function doneAttempt(slot: Slot, nowMs: number): Attempt<Slot> {
  return {
    result: Promise.resolve(slot),
    startedAtMs: nowMs,
    isOverdue: () => false,
    hasSlept: () => false,
    abandon: () => {},
  };
}
