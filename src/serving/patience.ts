import { type Backoff, backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Route } from './route.ts';

/** Waiting for a refresh in vain makes the next request that waits for one under way rarer. */
const PATIENCE_BACKOFF: Backoff = { minMs: 60_000, maxMs: 600_000 };

/** A request waited in vain; once for all that waited together. */
export function losePatience(route: Route, clock: Clock, random: () => number): void {
  if (clock.now() < route.patienceAtMs) return;
  route.vainWaits++;
  route.patienceAtMs = clock.now() + backoffMs(route.vainWaits, PATIENCE_BACKOFF, random());
}
