import type { ModelVersion } from '../registry/model-registry.ts';
import type { Attempt } from './attempt.ts';
import type { OpenModels, Slot } from './open-models.ts';
import type { Refresh } from './route.ts';
import { untilDone } from './until-done.ts';

/** A refresh under way, as the one who runs it sees it. */
export interface Run extends Refresh {
  error: unknown;
  /** Why it fell back to the version before, when it did. */
  failure: unknown;
  /** False when the version came from memory, which says nothing about how long to believe it. */
  hasLookedUp: boolean;
  /** What it waits for now. */
  pending: Attempt<unknown> | undefined;
  isSuperseded: boolean;
  isResolved: boolean;
  isRetry: boolean;
  /** What the URI means is known: whoever waits for that goes on. */
  markResolved(): void;
  /** What the lookup found. */
  found: ModelVersion | undefined;
  /** Each holds one lease, given back at the end. */
  readonly held: Slot[];
  /** Callers of `wait` that still wait. */
  waiters: number;
  /** What they get, with a lease for each. */
  granted: Slot | undefined;
  isOver: boolean;
}

export function createRun(done: Promise<void>, models: OpenModels, startedAtMs: number): Run {
  const { promise: resolved, resolve } = Promise.withResolvers<void>();
  const run: Run = {
    startedAtMs,
    resolved,
    isResolved: false,
    isRetry: false,
    markResolved: () => {
      run.isResolved = true;
      resolve();
    },
    found: undefined,
    done,
    error: undefined,
    failure: undefined,
    hasLookedUp: false,
    pending: undefined,
    isSuperseded: false,
    held: [],
    waiters: 0,
    granted: undefined,
    isOver: false,
    isOverdue: () => run.pending?.isOverdue() === true,
    wait: (signal) => waitFor(run, models, signal),
    supersede: () => {
      run.isSuperseded = true;
      run.pending?.abandon();
    },
  };
  return run;
}

async function waitFor(run: Run, models: OpenModels, signal?: AbortSignal) {
  if (run.isOver) return undefined;
  run.waiters++;
  try {
    await untilDone(run.done, signal);
    return run.granted;
  } catch (error) {
    if (!run.isOver) run.waiters--;
    else if (run.granted !== undefined) models.release(run.granted);
    throw error;
  }
}
