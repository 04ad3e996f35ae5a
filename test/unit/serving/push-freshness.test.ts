import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import { tick, version } from '../../helpers/fake-models.ts';
import { parsed } from '../../helpers/parsed.ts';
import { CHAMPION, createCacheWorld } from './cache-world.ts';

const DOWN = new ServingError('TEMPORARILY_UNAVAILABLE', 'the registry cannot be reached');

/** A warm cache on version 1 that asks after half a second. */
async function setUp() {
  const world = createCacheWorld({ pushFloorMs: 500 });
  const { telemetry } = world;
  const served = (deadlineAtMs?: number): Promise<string> => world.served(CHAMPION, deadlineAtMs);
  const failures = (): number =>
    telemetry.events.filter(({ type }) => type === 'refresh-failed').length;
  await served();
  return { ...world, served, failures };
}

/** What is settled so far: `undefined` for a promise that still waits. */
async function stateOf<T>(promise: Promise<T>): Promise<T | undefined> {
  await tick();
  return Promise.race([promise, Promise.resolve(undefined)]);
}

describe('push: a request after the floor', () => {
  it('is served by the version that the alias means now', async () => {
    const { clock, move, served } = await setUp();
    move(2);
    clock.advance(500);

    expect(await served()).toBe('2');
  });

  it('does not look up before it, and once for all that come together after it', async () => {
    const { clock, registry, served } = await setUp();
    clock.advance(499);
    await served();
    expect(registry.lookups).toBe(1);
    clock.advance(1);

    await Promise.all(Array.from({ length: 100 }, () => served()));

    expect(registry.lookups).toBe(2);
  });

  it('waits for the new model together with the others, which is opened once', async () => {
    const { clock, loader, move, served } = await setUp();
    const gate = Promise.withResolvers<void>();
    loader.gate = gate.promise;
    move(2);
    clock.advance(500);
    const waiting = Promise.all([served(), served(), served()]);
    expect(await stateOf(waiting)).toBeUndefined();
    clock.advance(4_000);
    gate.resolve();

    expect(await waiting).toEqual(['2', '2', '2']);
    expect(loader.opened).toHaveLength(2);
  });

  it('leaves requests in flight on the old model', async () => {
    const { cache, clock, loader, move, served } = await setUp();
    const inFlight = await cache.acquire(CHAMPION);
    move(2);
    clock.advance(500);

    expect(await served()).toBe('2');
    expect(await parsed(inFlight.model.predictor).predict(null, null)).toBe('1');
    inFlight.release();
    await tick();

    expect(loader.opened).toMatchObject([{ closes: 1 }, { isOpen: true }]);
  });
});

describe('push: what takes too long', () => {
  it('costs one second of a lookup that hangs, and nothing until the next try', async () => {
    const { clock, registry, served } = await setUp();
    registry.isHanging = true;
    clock.advance(500);
    const first = served();
    expect(await stateOf(first)).toBeUndefined();
    clock.advance(600);
    const second = served();
    expect(await stateOf(second)).toBeUndefined();
    clock.advance(400);
    expect(await stateOf(first)).toBe('1');
    expect(await stateOf(second)).toBe('1');

    for (let ms = 0; ms < 9_000; ms += 500) {
      clock.advance(500);
      expect(await stateOf(served())).toBe('1');
    }

    expect(registry.lookups).toBe(2);
  });

  it('takes up the version that a slow lookup found behind the requests', async () => {
    const { clock, registry, move, served } = await setUp();
    const answer = Promise.withResolvers<void>();
    const { resolve } = registry;
    registry.resolve = async (uri) => {
      await answer.promise;
      return resolve(uri);
    };
    move(2);
    clock.advance(500);
    const waiting = served();
    await tick();
    clock.advance(1_000);
    expect(await stateOf(waiting)).toBe('1');
    answer.resolve();
    await tick();

    expect(await served()).toBe('2');
  });

  it('costs five seconds of a model that opens slowly, then switches behind the requests', async () => {
    const { clock, loader, move, served } = await setUp();
    const gate = Promise.withResolvers<void>();
    loader.gate = gate.promise;
    move(2);
    clock.advance(500);
    const waiting = served();
    await tick();
    clock.advance(4_999);
    expect(await stateOf(waiting)).toBeUndefined();
    clock.advance(1);
    expect(await stateOf(waiting)).toBe('1');
    expect(await stateOf(served())).toBe('1');
    gate.resolve();
    await tick();

    expect(await served()).toBe('2');
  });

  it('never costs a request more than half of its time', async () => {
    const { clock, loader, move, served } = await setUp();
    loader.gate = new Promise(() => {});
    move(2);
    clock.advance(500);
    const waiting = served(clock.now() + 2_000);
    await tick();
    clock.advance(999);
    expect(await stateOf(waiting)).toBeUndefined();
    clock.advance(1);

    expect(await stateOf(waiting)).toBe('1');
  });

  it('gets more time where the platform freezes the process between requests', async () => {
    const { clock, loader, move, served } = await setUp();
    const gate = Promise.withResolvers<void>();
    loader.gate = gate.promise;
    move(2);
    clock.advance(500);
    const first = served();
    await tick();
    clock.advance(5_000);
    expect(await stateOf(first)).toBe('1');
    clock.pause(60_000);
    const second = served();
    expect(await stateOf(second)).toBeUndefined();
    gate.resolve();

    expect(await second).toBe('2');
  });

  it('does not have every request wait that the platform froze before', async () => {
    const { clock, loader, move, served } = await setUp();
    loader.gate = new Promise(() => {});
    move(2);
    clock.advance(500);
    const first = served();
    await tick();
    clock.advance(5_000);
    await first;
    clock.pause(10_000);
    const second = served();
    await tick();
    clock.advance(5_000);
    expect(await stateOf(second)).toBe('1');
    clock.pause(10_000);

    expect(await stateOf(served())).toBe('1');
  });
});

describe('push: what fails', () => {
  it('serves an alias within a second that was not there before', async () => {
    const { cache, clock, registry } = await setUp();
    const uri = 'models:/wine@pilot';
    for (let step = 0; step < 20; step++) {
      await expect(cache.acquire(uri)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
      clock.advance(300);
    }
    registry.versionByUri.set(uri, version(2));
    clock.advance(1_000);

    expect((await cache.acquire(uri)).model.version.version).toBe('2');
  });

  it('changes nothing while the registry is down, and is asked ever more rarely', async () => {
    const { clock, registry, served } = await setUp();
    registry.error = DOWN;

    for (let step = 0; step < 1_200; step++) {
      clock.advance(500);
      expect(await served()).toBe('1');
    }

    expect(registry.lookups).toBeGreaterThan(60);
    expect(registry.lookups).toBeLessThan(100);
  });

  it('keeps the last good model when the alias is gone, and follows it at once when it is back', async () => {
    const { clock, registry, move, served, failures } = await setUp();
    registry.versionByUri.delete(CHAMPION);
    for (let step = 0; step < 100; step++) {
      clock.advance(500);
      expect(await served()).toBe('1');
    }
    expect(registry.lookups).toBe(101);
    expect(failures()).toBeLessThan(10);
    move(2);
    clock.advance(500);

    expect(await served()).toBe('2');
  });

  it('does not open a broken version again and again, and follows the alias to the next one', async () => {
    const { clock, loader, move, served, failures } = await setUp();
    let loads = 0;
    const { load } = loader;
    loader.load = (...args) => {
      loads++;
      return load(...args);
    };
    loader.broken.add('2');
    move(2);
    for (let step = 0; step < 100; step++) {
      clock.advance(500);
      expect(await served()).toBe('1');
    }
    expect(loads).toBeLessThan(10);
    expect(failures()).toBe(loads);
    move(3);
    clock.advance(500);

    expect(await served()).toBe('3');
  });

  it('has no request wait while a version is tried again that could not be opened', async () => {
    const { clock, loader, move, served } = await setUp();
    loader.broken.add('2');
    move(2);
    clock.advance(500);
    await served();
    loader.gate = new Promise(() => {});
    clock.advance(1_000);

    expect(await stateOf(served())).toBe('1');
    expect(await stateOf(served())).toBe('1');
  });

  it('takes up a version that was broken when it opens at last', async () => {
    const { cache, clock, loader, move, served } = await setUp();
    loader.broken.add('2');
    move(2);
    clock.advance(500);
    await served();
    loader.broken.clear();
    clock.advance(1_000);
    await served();
    await cache.settled();

    expect(await served()).toBe('2');
  });
});
