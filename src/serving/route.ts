import type { ModelVersion } from '../registry/model-registry.ts';
import type { Slot } from './open-models.ts';

/** What the cache knows about one model URI. */
export interface Route {
  readonly uri: string;
  /** True when the URI can never mean another version. */
  readonly isFixed: boolean;
  /** The model that serves it; may have been closed to make room. */
  slot: Slot | undefined;
  /** The last version that served, to reopen it without asking anybody. */
  version: ModelVersion | undefined;
  /** That version failed on its own example, so the next one's failure proves nothing. */
  isExampleFailing: boolean;
  /** When `dueAtMs` was set; a clock that reads less went backwards. */
  checkedAtMs: number;
  /** When to look up again. */
  dueAtMs: number;
  refresh: Refresh | undefined;
  /** Failed refreshes in a row. */
  failures: number;
  /** Why there is no model; callers get it until `dueAtMs`. */
  error: unknown;
  /** Refreshes in a row that the platform froze. */
  naps: number;
  /** Requests in a row that waited for a frozen refresh in vain. */
  vainWaits: number;
  /** No request waits for a refresh before this. */
  patienceAtMs: number;
  /** When a request last found it due, or stopped waiting for its refresh. */
  seenDueAtMs: number;
  /** What was found and is no good; looked past, not tried again, until its time is over. */
  trouble: Trouble | undefined;
}

/** A version that could not be opened, or a URI that means nothing. */
export interface Trouble {
  /** The version's key; `ABSENT` when there is none. */
  readonly what: string;
  readonly untilMs: number;
}

export const ABSENT = 'absent';

/** One round of finding out what a URI means and opening it. */
export interface Refresh {
  readonly startedAtMs: number;
  /** Resolves once it is known what the URI means, or that this cannot be found out. */
  readonly resolved: Promise<void>;
  readonly isResolved: boolean;
  /** It found a version that could not be opened before, and tries it again. */
  readonly isRetry: boolean;
  /** Resolves when it is over, whatever came of it. */
  readonly done: Promise<void>;
  /** Why it failed; undefined while it runs, when it went well, and when it must be begun anew. */
  readonly error: unknown;
  isOverdue(): boolean;
  /**
   * Wait for it, and own one lease of the model it brought; undefined when it brought none.
   *
   * The lease is taken before anything else can happen: without it a model that is beyond the
   * memory bound would be closed before those who wait for it could use it.
   *
   * @throws {ServingError} DEADLINE_EXCEEDED when `signal` aborts first
   */
  wait(signal?: AbortSignal): Promise<Slot | undefined>;
  /** Give it up, for another one or for good; its result is ignored. */
  supersede(): void;
}

export const createRoute = (uri: string, isFixed: boolean): Route => ({
  uri,
  isFixed,
  slot: undefined,
  version: undefined,
  isExampleFailing: false,
  checkedAtMs: Number.NEGATIVE_INFINITY,
  dueAtMs: Number.NEGATIVE_INFINITY,
  refresh: undefined,
  failures: 0,
  error: undefined,
  naps: 0,
  vainWaits: 0,
  patienceAtMs: Number.NEGATIVE_INFINITY,
  seenDueAtMs: Number.NEGATIVE_INFINITY,
  trouble: undefined,
});

export const isDue = ({ checkedAtMs, dueAtMs }: Route, nowMs: number): boolean =>
  nowMs >= dueAtMs || nowMs < checkedAtMs;

export const openSlotOf = ({ slot }: Route): Slot | undefined =>
  slot === undefined || slot.isClosed ? undefined : slot;
