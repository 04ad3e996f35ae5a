import { totalmem } from 'node:os';
import { ServingError } from '../errors.ts';
import type { ModelRegistry } from '../registry/model-registry.ts';
import { combineTelemetry, NO_TELEMETRY, type Telemetry } from '../telemetry.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { AcquireOptions } from './freshness.ts';
import type { Lease, ModelCache } from './loaded-model.ts';
import { ModelLease } from './model-lease.ts';
import type { ModelLoader } from './model-loader.ts';
import { isFixedUri } from './model-version.ts';
import { createOpenModels, type Slot } from './open-models.ts';
import { createPollFreshness } from './poll-freshness.ts';
import { createPushFreshness } from './push-freshness.ts';
import { createRefresher } from './refresher.ts';
import { createRoute, isDue, openSlotOf, type Refresh, type Route } from './route.ts';
import { throwIfAborted } from './until-done.ts';

export interface ModelCacheOptions {
  readonly registry: ModelRegistry;
  readonly loader: ModelLoader;
  /** @default none */
  readonly telemetry?: Telemetry;
  /** @default 30_000 - an alias, stage or `latest` is believed this long, ±10 % */
  readonly ttlMs?: number;
  /**
   * @default undefined - given, requests wait for a lookup when the last one is older than this (push)
   *   instead of going on with what they have (poll); `ttlMs` is not used then
   */
  readonly pushFloorMs?: number | undefined;
  /** @default 70 % of the memory this process may have - idle models are closed beyond it */
  readonly maxResidentBytes?: number;
  /** @default 10_000 - a lookup that takes longer is given up */
  readonly lookupDeadlineMs?: number;
  /** @default 300_000 - a download and opening that take longer are given up */
  readonly loadDeadlineMs?: number;
  /** @default 1_000 - a request waits this long for a refresh whose predecessor was frozen with the process */
  readonly catchUpMs?: number;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default Math.random - for jitter; in [0, 1) */
  readonly random?: () => number;
}

/** A cache that can say when its background work is done. */
export interface RefreshingModelCache extends ModelCache {
  /**
   * Wait for the refreshes under way; at once when there are none. Never rejects.
   *
   * A platform that freezes the process between calls may await this, bounded, before it answers.
   */
  settled(): Promise<void>;
}

/** URIs remembered before those without a model are forgotten. */
const MAX_IDLE_ROUTES = 1_000;

/**
 * Keep models warm: load on first use, share, refresh behind the requests' back.
 *
 * A URI that moves is looked up again after `ttlMs` while requests go on with the model they have;
 * a new version replaces it once it is open and has answered its own input example. What fails on
 * the way is retried later and changes nothing for the requests. With `pushFloorMs`, requests wait for
 * lookup and opening instead, within bounds: poll-freshness.ts and push-freshness.ts have the rules.
 */
export function createModelCache(options: ModelCacheOptions): RefreshingModelCache {
  const { clock = SYSTEM_CLOCK, random = Math.random } = options;
  const { pushFloorMs: floorMs, ttlMs = 30_000, catchUpMs = 1_000 } = options;
  const telemetry = combineTelemetry(options.telemetry ?? NO_TELEMETRY);
  const routes = new Map<string, Route>();
  const models = createOpenModels({
    loader: options.loader,
    clock,
    telemetry,
    maxResidentBytes: options.maxResidentBytes ?? defaultResidentBytes(),
    loadDeadlineMs: options.loadDeadlineMs ?? 300_000,
  });
  const freshness =
    floorMs === undefined
      ? createPollFreshness({ clock, random, ttlMs, catchUpMs })
      : createPushFreshness({ clock, random, floorMs });
  const refresh = createRefresher({
    registry: options.registry,
    models,
    telemetry,
    clock,
    random,
    freshness,
    lookupDeadlineMs: options.lookupDeadlineMs ?? 10_000,
  });
  let isClosed = false;

  /** The path of almost every request: one look into a map, one at the clock. */
  function acquire(uri: string, request: AcquireOptions = {}): Promise<Lease> {
    const { signal } = request;
    const route = routes.get(uri);
    const slot = route?.slot;
    if (route === undefined || slot === undefined || slot.isClosed || signal?.aborted || isClosed) {
      return acquireCold(uri, signal);
    }
    if (!route.isFixed && isDue(route, clock.now())) {
      const waiting = freshness.waitFor(route, revalidate(route), request);
      if (waiting !== undefined) return lendAfter(waiting, route, signal);
    }
    return Promise.resolve(lend(slot));
  }

  function lend(slot: Slot): Lease {
    models.lease(slot);
    return new ModelLease(models, slot);
  }

  async function acquireCold(uri: string, signal: AbortSignal | undefined): Promise<Lease> {
    for (;;) {
      if (isClosed)
        throw new ServingError('TEMPORARILY_UNAVAILABLE', 'the server is shutting down');
      throwIfAborted(signal);
      const route = routes.get(uri) ?? addRoute(uri);
      const slot = openSlotOf(route);
      if (slot !== undefined) return lend(slot);
      const current = joinRefresh(route);
      const brought = await current.wait(signal);
      if (brought !== undefined) return new ModelLease(models, brought);
      if (current.error !== undefined) throw current.error;
    }
  }

  /** A failure is shared by those who wait for it, and by those who come during the back-off. */
  function joinRefresh(route: Route): Refresh {
    const current = route.refresh;
    if (current !== undefined && !current.isOverdue()) return current;
    if (route.error !== undefined && !isDue(route, clock.now())) throw route.error;
    return refresh(route);
  }

  /** Look the URI up in the background. */
  function revalidate(route: Route): Refresh {
    const current = route.refresh;
    return current === undefined || current.isOverdue() ? refresh(route) : current;
  }

  async function lendAfter(waiting: Promise<void>, route: Route, signal?: AbortSignal) {
    await waiting;
    const slot = openSlotOf(route);
    return slot === undefined ? acquireCold(route.uri, signal) : lend(slot);
  }

  function addRoute(uri: string): Route {
    if (routes.size >= MAX_IDLE_ROUTES) {
      for (const route of routes.values()) {
        if (openSlotOf(route) === undefined && route.refresh === undefined)
          routes.delete(route.uri);
      }
    }
    const route = createRoute(uri, isFixedUri(uri));
    routes.set(uri, route);
    return route;
  }

  async function settled(): Promise<void> {
    for (;;) {
      const running = [...routes.values()].flatMap(({ refresh: current }) => current?.done ?? []);
      if (running.length === 0) return;
      await Promise.all(running);
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    for (const { refresh: current } of routes.values()) current?.supersede();
    const closing = models.close();
    for (const route of routes.values()) {
      const slot = openSlotOf(route);
      if (slot !== undefined) models.unbind(slot);
      route.slot = undefined;
    }
    await Promise.all([settled(), closing]);
  }

  return { acquire, settled, close };
}

/** The rest is for Node itself, for requests, and for a replacement that is being opened. */
function defaultResidentBytes(): number {
  const constrained = process.constrainedMemory();
  return 0.7 * (constrained > 0 ? Math.min(constrained, totalmem()) : totalmem());
}
