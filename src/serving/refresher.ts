import { ServingError } from '../errors.ts';
import type { ModelRegistry, ModelVersion } from '../registry/model-registry.ts';
import { type EventModel, eventModel, type Telemetry } from '../telemetry.ts';
import { startAttempt } from './attempt.ts';
import { type Backoff, backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Freshness } from './freshness.ts';
import { versionKey } from './model-version.ts';
import type { OpenModels, Slot } from './open-models.ts';
import { createRun, type Run } from './refresh-run.ts';
import { isDue, openSlotOf, type Refresh, type Route } from './route.ts';
import { isKnownTrouble, troubleOf } from './trouble.ts';

export interface RefresherOptions {
  readonly registry: ModelRegistry;
  readonly models: OpenModels;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly random: () => number;
  readonly freshness: Freshness;
  readonly lookupDeadlineMs: number;
}

/** What is looked past, until it is tried, and reported, again. */
const TROUBLE_BACKOFF: Backoff = { minMs: 1_000, maxMs: 60_000 };
/** While somebody waits for the first model, a lookup this old is good enough; ms. */
const FIRST_LOOKUP_AGE_MS = 60_000;
/** Lookups in one refresh: more than one when opening took longer than a lookup is believed. */
const MAX_ROUNDS = 3;

/**
 * Brings routes up to date: looks the URI up, opens what it means, and switches over when that is good.
 *
 * The model that serves is leased for the whole refresh, so that nothing evicts it before another
 * has proved itself.
 *
 * @returns a function that starts a refresh, giving up the one under way
 */
export function createRefresher(options: RefresherOptions): (route: Route) => Refresh {
  const { registry, models, telemetry, clock, random, freshness, lookupDeadlineMs } = options;

  /** Never rejects. */
  async function refresh(route: Route, run: Run): Promise<void> {
    const serving = openSlotOf(route);
    if (serving !== undefined) {
      models.lease(serving);
      run.held.push(serving);
    }
    try {
      for (let round = 1; !run.isSuperseded; round++) {
        const askedAtMs = clock.now();
        const version = await find(route, run, round);
        run.isRetry = route.trouble?.what === versionKey(version);
        run.markResolved();
        if (isKnownTrouble(route, versionKey(version), askedAtMs)) {
          goOn(route, askedAtMs);
          break;
        }
        const slot = await openOrFallBack(route, run, version);
        if (run.isSuperseded) break;
        // However it came to be old, by a long opening or a sleep: it may not be true any more.
        const { lookupAgeMs } = freshness;
        const maxAgeMs =
          serving === undefined ? Math.max(lookupAgeMs, FIRST_LOOKUP_AGE_MS) : lookupAgeMs;
        if (clock.now() - askedAtMs > maxAgeMs && round < MAX_ROUNDS) continue;
        adopt(route, run, slot, askedAtMs);
        break;
      }
    } catch (error) {
      if (!run.isSuperseded) fail(route, run, error);
    } finally {
      finish(route, run);
    }
  }

  function finish(route: Route, run: Run): void {
    run.isOver = true;
    run.markResolved();
    if (!run.isSuperseded) run.granted = openSlotOf(route);
    if (run.granted !== undefined) models.lease(run.granted, run.waiters);
    models.releaseAll(run.held);
    if (route.refresh === run) route.refresh = undefined;
  }

  async function find(route: Route, run: Run, round: number): Promise<ModelVersion> {
    const { version: known, uri } = route;
    if (known !== undefined && (route.isFixed || (round === 1 && !isDue(route, clock.now())))) {
      return known;
    }
    const lookup = startAttempt({
      clock,
      deadlineMs: lookupDeadlineMs,
      task: `looking up ${uri}`,
      run: (signal) => registry.resolve(uri, { signal }),
    });
    run.pending = lookup;
    try {
      const version = await lookup.result;
      run.hasLookedUp = true;
      run.found = version;
      if (known === undefined) reportResolved(uri, version, clock.now() - lookup.startedAtMs);
      return version;
    } catch (error) {
      // An evicted model is reopened even when nobody can be asked about it.
      if (known === undefined || run.isSuperseded || openSlotOf(route) !== undefined) throw error;
      run.failure = error;
      return known;
    }
  }

  /** Without a model to go on with, the version before is better than none. */
  async function openOrFallBack(route: Route, run: Run, version: ModelVersion): Promise<Slot> {
    const known = route.version;
    const isReplacement = known !== undefined && versionKey(known) !== versionKey(version);
    try {
      const slot = await open(run, version);
      const isWorse = slot.model.example === 'failed' && !route.isExampleFailing;
      if (isReplacement && isWorse) throw failedOnExample(slot);
      return slot;
    } catch (error) {
      if (!isReplacement || run.isSuperseded || openSlotOf(route) !== undefined) throw error;
      run.failure = error;
      return open(run, known);
    }
  }

  async function open(run: Run, version: ModelVersion): Promise<Slot> {
    if (run.isSuperseded) throw new Error('superseded');
    const opening = models.open(version);
    run.pending = opening;
    const slot = await opening.result;
    run.held.push(slot);
    return slot;
  }

  function adopt(route: Route, run: Run, slot: Slot, askedAtMs: number): void {
    const { slot: oldSlot, version: oldVersion } = route;
    const { version } = slot.model;
    const nowMs = clock.now();
    route.slot = slot;
    route.version = version;
    route.isExampleFailing = slot.model.example === 'failed';
    if (oldSlot !== slot) {
      models.bind(slot);
      if (oldSlot !== undefined) models.unbind(oldSlot);
    }
    if (oldVersion !== undefined && versionKey(oldVersion) !== slot.key) {
      const from = eventModel(oldVersion);
      const to = eventModel(version);
      const durationMs = nowMs - askedAtMs;
      telemetry.emit({ type: 'model-refreshed', uri: route.uri, from, to, durationMs });
    }
    if (run.failure !== undefined) {
      backOff(route, freshness.refreshBackoff, run.failure, eventModel(version));
      return;
    }
    Object.assign(route, HEALTHY);
    if (run.hasLookedUp) goOn(route, askedAtMs);
  }

  /** Believe what was found for a while. */
  function goOn(route: Route, askedAtMs: number): void {
    route.checkedAtMs = askedAtMs;
    route.dueAtMs = askedAtMs + freshness.lifetimeMs();
  }

  function fail(route: Route, run: Run, error: unknown): void {
    const nowMs = clock.now();
    if (run.pending?.hasSlept() === true) {
      // The platform's doing, nobody's fault: the next request begins anew.
      route.naps++;
      route.checkedAtMs = nowMs;
      route.dueAtMs = nowMs;
      return;
    }
    run.error = error;
    const slot = openSlotOf(route);
    if (slot === undefined) {
      backOff(route, freshness.firstBackoff, error);
      route.error = error;
      return;
    }
    const what = freshness.looksPastTrouble ? troubleOf(run, error) : undefined;
    if (what === undefined || !isKnownTrouble(route, what, nowMs)) {
      const backoff = what === undefined ? freshness.refreshBackoff : TROUBLE_BACKOFF;
      backOff(route, backoff, error, eventModel(slot.model.version));
      if (what !== undefined) route.trouble = { what, untilMs: route.dueAtMs };
    }
    if (what !== undefined) goOn(route, nowMs);
  }

  function backOff(route: Route, backoff: Backoff, error: unknown, serving?: EventModel): void {
    const failures = route.failures + 1;
    // It may have been a platform's init phase, and the next request its first.
    const isFirst = serving === undefined && failures === 1;
    const retryInMs = isFirst ? 0 : backoffMs(failures, backoff, random());
    route.failures = failures;
    route.naps = 0;
    route.error = undefined;
    route.checkedAtMs = clock.now();
    route.dueAtMs = route.checkedAtMs + retryInMs;
    const { uri } = route;
    telemetry.emit({
      type: 'refresh-failed',
      uri,
      failures,
      retryInMs,
      error,
      ...(serving === undefined ? {} : { serving }),
    });
  }

  function reportResolved(uri: string, version: ModelVersion, durationMs: number): void {
    telemetry.emit({ type: 'model-resolved', uri, model: eventModel(version), durationMs });
  }

  return function start(route) {
    if (route.refresh !== undefined) {
      route.refresh.supersede();
      route.naps++;
    }
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const run = createRun(done, models, clock.now());
    route.refresh = run;
    refresh(route, run).then(resolve, resolve);
    return run;
  };
}

/** What a refresh that went well leaves behind. */
const HEALTHY = {
  failures: 0,
  error: undefined,
  naps: 0,
  vainWaits: 0,
  patienceAtMs: Number.NEGATIVE_INFINITY,
  trouble: undefined,
} as const satisfies Partial<Route>;

const failedOnExample = ({ model }: Slot): ServingError =>
  new ServingError(
    'INTERNAL_ERROR',
    `version ${model.version.version} of model "${model.version.name}" fails on its own input example`,
    { cause: model.exampleError },
  );
