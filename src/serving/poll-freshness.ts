import { jitteredMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Freshness } from './freshness.ts';
import { losePatience } from './patience.ts';
import type { Refresh, Route } from './route.ts';
import { atMost } from './until-done.ts';

export interface PollOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly ttlMs: number;
  readonly catchUpMs: number;
}

/**
 * Look up behind the requests' back, every `ttlMs` ±10 %.
 *
 * Only after a freeze, which leaves the background no time, does a request wait for the lookup, and
 * not for long.
 */
export function createPollFreshness({ clock, random, ttlMs, catchUpMs }: PollOptions): Freshness {
  async function catchUp(route: Route, running: Refresh, signal?: AbortSignal): Promise<void> {
    await atMost(running.done, catchUpMs, clock, signal);
    if (route.refresh !== undefined) losePatience(route, clock, random);
  }

  return {
    lifetimeMs: () => jitteredMs(ttlMs, random()),
    lookupAgeMs: ttlMs,
    firstBackoff: { minMs: 500, maxMs: 5_000 },
    refreshBackoff: { minMs: 1_000, maxMs: 60_000 },
    looksPastTrouble: false,
    waitFor: (route, running, { signal }) =>
      route.naps > 0 && clock.now() >= route.patienceAtMs
        ? catchUp(route, running, signal)
        : undefined,
  };
}
