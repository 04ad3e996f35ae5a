import type { Backoff } from './backoff.ts';
import type { Refresh, Route } from './route.ts';

/** How a URI that moves is kept up to date: when it is looked up again, and which requests wait for that. */
export interface Freshness {
  /** How long the lookup that was just made is believed; ms. */
  lifetimeMs(): number;
  /** An answer that is older than this when its model is open at last is asked for again; ms. */
  readonly lookupAgeMs: number;
  /** How long the failure of a first load stands; somebody waits for it. */
  readonly firstBackoff: Backoff;
  /** How long a failed refresh stands while there is a good model to go on with. */
  readonly refreshBackoff: Backoff;
  /**
   * True to look up as often as ever while the version found cannot be opened, or the alias is gone:
   * what comes next may be good.
   */
  readonly looksPastTrouble: boolean;
  /**
   * What a request that found `route` due waits for; undefined when it goes on at once, with the model
   * that is open. The promise never rejects.
   */
  waitFor(route: Route, running: Refresh, request: AcquireOptions): Promise<void> | undefined;
}

/** What a request says about itself. */
export interface AcquireOptions {
  readonly signal?: AbortSignal;
  /** When it must be answered: it waits for nothing that it can do without for long. ms since epoch. */
  readonly deadlineAtMs?: number;
}
