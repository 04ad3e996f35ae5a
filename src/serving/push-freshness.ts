import type { Clock } from './clock.ts';
import type { AcquireOptions, Freshness } from './freshness.ts';
import { losePatience } from './patience.ts';
import type { Refresh, Route } from './route.ts';
import { atMost } from './until-done.ts';

export interface PushOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** A lookup is believed this long, without jitter; ms. */
  readonly floorMs: number;
}

/** Requests wait this long for a lookup, counted from its start; ms. */
const LOOKUP_WAIT_MS = 1_000;
/** And this long for the lookup and the opening of what it found; ms. */
const WHOLE_WAIT_MS = 5_000;
/** An answer this old is repeated before it is believed: a lookup and the opening of a common model take less; ms. */
const LOOKUP_AGE_MS = 2_000;
/** Without a request for so long, the process may have been frozen; ms. */
const QUIET_MS = 1_000;

/**
 * Look up before answering: a request that comes later than `floorMs` after the last lookup waits for
 * a new one and, when the URI moved, for the new model.
 *
 * The waits are counted from the start of the refresh, which all requests share: a registry that hangs
 * costs the requests of one moment their second, once in each back-off; the rest goes on with the
 * model that is open. A request never gives more than half of its time. What takes longer than all
 * that goes on behind the requests; where the platform freezes the process between them, one of them
 * now and then waits again, or a large model would never be open.
 */
export function createPushFreshness({ clock, random, floorMs }: PushOptions): Freshness {
  async function keepUp(running: Refresh, wholeMs: number, signal?: AbortSignal): Promise<void> {
    const startedWaitingAtMs = clock.now();
    const lookupMs = left(running, LOOKUP_WAIT_MS, startedWaitingAtMs);
    if (!running.isResolved) {
      await atMost(running.resolved, Math.min(lookupMs, wholeMs), clock, signal);
    }
    const openMs = startedWaitingAtMs + wholeMs - clock.now();
    if (isWorthWaiting(running) && openMs > 0) await atMost(running.done, openMs, clock, signal);
  }

  async function waitAgain(route: Route, running: Refresh, ms: number, signal?: AbortSignal) {
    await atMost(running.done, ms, clock, signal);
    if (route.refresh === running) losePatience(route, clock, random);
  }

  /** The process was awake until the wait was over. */
  async function seen(route: Route, waiting: Promise<void>): Promise<void> {
    await waiting;
    route.seenDueAtMs = clock.now();
  }

  return {
    lifetimeMs: () => floorMs,
    lookupAgeMs: Math.max(LOOKUP_AGE_MS, floorMs),
    firstBackoff: { minMs: 500, maxMs: 1_000 },
    refreshBackoff: { minMs: 1_000, maxMs: 10_000 },
    looksPastTrouble: true,
    waitFor(route, running, request) {
      if (running.isRetry) return undefined;
      const nowMs = clock.now();
      const wasQuiet = nowMs - route.seenDueAtMs > QUIET_MS;
      route.seenDueAtMs = nowMs;
      const mayWaitMs = halfOfTime(request, nowMs);
      const limitMs = running.isResolved ? WHOLE_WAIT_MS : LOOKUP_WAIT_MS;
      if (left(running, limitMs, nowMs) > 0) {
        const wholeMs = Math.min(left(running, WHOLE_WAIT_MS, nowMs), mayWaitMs);
        return seen(route, keepUp(running, wholeMs, request.signal));
      }
      const isWorthIt = wasQuiet && running.isResolved && nowMs >= route.patienceAtMs;
      if (!isWorthIt) return undefined;
      const againMs = Math.min(WHOLE_WAIT_MS, mayWaitMs);
      return seen(route, waitAgain(route, running, againMs, request.signal));
    },
  };
}

/** Not for a version that could not be opened before. */
const isWorthWaiting = ({ isResolved, isRetry }: Refresh): boolean => isResolved && !isRetry;

/** What is left of a wait since the refresh began; ms. A clock that was set back makes it no longer. */
const left = ({ startedAtMs }: Refresh, limitMs: number, nowMs: number): number =>
  Math.min(limitMs, startedAtMs + limitMs - nowMs);

/** The other half is for the prediction; ms. */
const halfOfTime = ({ deadlineAtMs }: AcquireOptions, nowMs: number): number =>
  deadlineAtMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, deadlineAtMs - nowMs) / 2;
