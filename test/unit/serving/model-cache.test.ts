import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import { tick, version } from '../../helpers/fake-models.ts';
import { parsed } from '../../helpers/parsed.ts';
import { CHAMPION, createCacheWorld } from './cache-world.ts';

const DOWN = new ServingError('TEMPORARILY_UNAVAILABLE', 'the registry cannot be reached');

describe('acquire, the first time', () => {
  it('loads once for concurrent callers', async () => {
    const { cache, loader, registry } = createCacheWorld();

    const leases = await Promise.all(Array.from({ length: 100 }, () => cache.acquire(CHAMPION)));

    expect(new Set(leases.map(({ model }) => model)).size).toBe(1);
    expect(loader.opened).toHaveLength(1);
    expect(registry.lookups).toBe(1);
  });

  it('shares one model between aliases of one version', async () => {
    const { cache, loader, registry } = createCacheWorld();
    registry.versionByUri.set('models:/wine@blue', version(1));
    registry.versionByUri.set('models:/wine/1', version(1));

    const leases = await Promise.all(
      [CHAMPION, 'models:/wine@blue', 'models:/wine/1'].map((uri) => cache.acquire(uri)),
    );

    expect(new Set(leases.map(({ model }) => model)).size).toBe(1);
    expect(loader.opened).toHaveLength(1);
  });

  it('shares a failing load, and tries again for the next request', async () => {
    const { cache, loader, registry, served } = createCacheWorld();
    loader.broken.add('1');

    const results = await Promise.allSettled([cache.acquire(CHAMPION), cache.acquire(CHAMPION)]);
    loader.broken.clear();

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(registry.lookups).toBe(1);
    expect(await served()).toBe('1');
  });

  it('answers with the same failure for a short while when a load fails again', async () => {
    const { cache, clock, loader, registry, served } = createCacheWorld();
    const failure = { message: 'version 1 is broken' };
    loader.broken.add('1');

    await expect(cache.acquire(CHAMPION)).rejects.toMatchObject(failure);
    await expect(cache.acquire(CHAMPION)).rejects.toMatchObject(failure);
    loader.broken.clear();
    await expect(cache.acquire(CHAMPION)).rejects.toMatchObject(failure);
    clock.advance(1_000);

    expect(registry.lookups).toBe(2);
    expect(await served()).toBe('1');
  });

  it('serves a first model that fails on its own example, and says so', async () => {
    const { loader, served } = createCacheWorld();
    loader.example.set('1', 'failed');

    expect(await served()).toBe('1');
  });

  it('rejects what is no model URI without asking the registry', async () => {
    const { cache, registry } = createCacheWorld();

    await expect(cache.acquire('models:wine')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
    expect(registry.lookups).toBe(0);
  });

  it('gives up at the deadline of the caller while the load goes on for the others', async () => {
    const { cache, loader } = createCacheWorld();
    const gate = Promise.withResolvers<void>();
    loader.gate = gate.promise;
    const controller = new AbortController();

    const hurried = cache.acquire(CHAMPION, { signal: controller.signal });
    const patient = cache.acquire(CHAMPION);
    await tick();
    controller.abort();

    await expect(hurried).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    gate.resolve();
    expect((await patient).model.version.version).toBe('1');
    expect(loader.opened).toHaveLength(1);
  });

  it('refuses at once when the signal is aborted already', async () => {
    const { cache, served } = createCacheWorld();
    await served();

    await expect(cache.acquire(CHAMPION, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it('gives up a lookup that never answers', async () => {
    const { cache, clock, registry } = createCacheWorld({ lookupDeadlineMs: 5_000 });
    registry.isHanging = true;

    const acquiring = cache.acquire(CHAMPION);
    await tick();
    clock.advance(5_000);

    await expect(acquiring).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: `looking up ${CHAMPION} was given up: not done within 5 s`,
    });
  });

  it('closes a model that arrives after its load was given up', async () => {
    const { cache, clock, loader } = createCacheWorld({ loadDeadlineMs: 60_000 });
    const gate = Promise.withResolvers<void>();
    loader.gate = gate.promise;

    const acquiring = cache.acquire(CHAMPION);
    await tick();
    clock.advance(60_000);
    await expect(acquiring).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    gate.resolve();
    await tick();

    expect(loader.opened).toMatchObject([{ isOpen: false, closes: 1 }]);
  });
});

describe('a URI that moves', () => {
  it('is not looked up again within its time to live', async () => {
    const { clock, registry, served } = createCacheWorld();
    await served();
    clock.advance(29_999);

    await served();
    await tick();

    expect(registry.lookups).toBe(1);
  });

  it('goes on with the model it has while the new version is opened, then switches', async () => {
    const { cache, clock, loader, move, served, telemetry } = createCacheWorld();
    await served();
    const gate = Promise.withResolvers<void>();
    loader.gate = gate.promise;
    move(2);
    clock.advance(30_000);

    expect(await served()).toBe('1');
    await tick();
    expect(await served()).toBe('1');
    gate.resolve();
    await cache.settled();

    expect(await served()).toBe('2');
    expect(loader.opened).toMatchObject([{ closes: 1 }, { isOpen: true }]);
    expect(telemetry.events).toContainEqual({
      type: 'model-refreshed',
      uri: CHAMPION,
      from: { name: 'wine', version: '1' },
      to: { name: 'wine', version: '2' },
      durationMs: 0,
    });
  });

  it('keeps the old version open until its last lease is back', async () => {
    const { cache, clock, loader, move, served } = createCacheWorld();
    const lease = await cache.acquire(CHAMPION);
    move(2);
    clock.advance(30_000);
    await served();
    await cache.settled();

    expect(await served()).toBe('2');
    expect(await parsed(lease.model.predictor).predict(null, null)).toBe('1');
    lease.release();
    lease.release();
    await tick();

    expect(loader.opened[0]).toMatchObject({ isOpen: false, closes: 1 });
  });

  it('fails none of 1,000 requests during a switch', async () => {
    const { cache, clock, loader, move, served } = createCacheWorld();
    await served();
    move(2);
    clock.advance(30_000);

    const answers = await Promise.all(
      Array.from({ length: 1_000 }, async (_, index) => {
        for (let turns = index % 7; turns > 0; turns--) await tick();
        return served();
      }),
    );
    await cache.settled();

    expect(new Set(answers)).toEqual(new Set(['1', '2']));
    expect(loader.opened.map(({ closes }) => closes)).toEqual([1, 0]);
  });

  it('follows an alias that flaps, and reopens what is still leased without loading it again', async () => {
    const { cache, clock, loader, move, served } = createCacheWorld();
    const lease = await cache.acquire(CHAMPION);
    const seen: string[] = [];

    for (const number of [2, 1, 2, 1]) {
      move(number);
      clock.advance(30_000);
      await served();
      await cache.settled();
      seen.push(await served());
    }
    lease.release();

    expect(seen).toEqual(['2', '1', '2', '1']);
    expect(loader.opened.map(({ version: { version: of } }) => of)).toEqual(['1', '2', '2']);
  });

  it.each([
    'models:/wine/3',
    'models:/m-0123456789abcdef',
    's3://bucket/wine',
    '/models/wine',
  ])('is never looked up again when it cannot move: %s', async (uri) => {
    const { clock, registry, served } = createCacheWorld();
    registry.versionByUri.set(uri, version(3));
    await served(uri);

    clock.advance(3_600_000);
    await served(uri);
    await tick();

    expect(registry.lookups).toBe(1);
  });

  it('is looked up again when the clock went backwards', async () => {
    const { clock, registry, served } = createCacheWorld();
    await served();
    clock.advance(-3_600_000);

    await served();
    await tick();

    expect(registry.lookups).toBe(2);
  });

  it('asks once more when opening took longer than a lookup is believed', async () => {
    const { cache, clock, loader, move, served } = createCacheWorld();
    await served();
    const gate = Promise.withResolvers<void>();
    loader.gate = gate.promise;
    move(2);
    clock.advance(30_000);
    await served();
    await tick();
    move(3);
    clock.advance(40_000);
    gate.resolve();
    await cache.settled();

    expect(await served()).toBe('3');
    expect(loader.opened.map(({ isOpen }) => isOpen)).toEqual([false, false, true]);
  });
});

describe('a refresh that fails', () => {
  it('changes nothing for a warm instance while the registry is down', async () => {
    const { cache, clock, registry, served, telemetry } = createCacheWorld();
    await served();
    registry.error = DOWN;

    for (let second = 0; second < 600; second++) {
      clock.advance(1_000);
      expect(await served()).toBe('1');
      await cache.settled();
    }

    const retries = telemetry.events.flatMap((event) =>
      event.type === 'refresh-failed' ? [event.retryInMs] : [],
    );
    expect(retries.slice(0, 8)).toEqual([750, 1500, 3000, 6000, 12000, 24000, 45000, 45000]);
    expect(registry.lookups).toBeLessThan(25);
  });

  it('takes up the new version once the registry is back', async () => {
    const { cache, clock, registry, move, served } = createCacheWorld();
    await served();
    registry.error = DOWN;
    clock.advance(30_000);
    await served();
    await cache.settled();
    registry.error = undefined;
    move(2);
    clock.advance(1_000);
    await served();
    await cache.settled();

    expect(await served()).toBe('2');
  });

  it('keeps the old version when the new one cannot be opened', async () => {
    const { cache, clock, loader, move, served, telemetry } = createCacheWorld();
    await served();
    loader.broken.add('2');
    move(2);
    clock.advance(30_000);
    await served();
    await cache.settled();

    expect(await served()).toBe('1');
    expect(telemetry.events.at(-1)).toMatchObject({
      type: 'refresh-failed',
      serving: { name: 'wine', version: '1' },
      failures: 1,
      retryInMs: 750,
      error: { message: 'version 2 is broken' },
    });
  });

  it('keeps the old version, and closes the new one, when that fails on its own example', async () => {
    const { cache, clock, loader, move, served, telemetry } = createCacheWorld();
    await served();
    loader.example.set('2', 'failed');
    move(2);
    clock.advance(30_000);
    await served();
    await cache.settled();

    expect(await served()).toBe('1');
    expect(loader.opened.map(({ closes }) => closes)).toEqual([0, 1]);
    expect(telemetry.events).toContainEqual(
      expect.objectContaining({
        type: 'refresh-failed',
        error: expect.objectContaining({
          message: 'version 2 of model "wine" fails on its own input example',
        }),
      }),
    );
  });

  it('takes a new version that fails on its example like the old one', async () => {
    const { cache, clock, loader, move, served } = createCacheWorld();
    loader.example.set('1', 'failed').set('2', 'failed');
    await served();
    move(2);
    clock.advance(30_000);
    await served();
    await cache.settled();

    expect(await served()).toBe('2');
  });

  it('keeps the old version when its alias is gone', async () => {
    const { cache, clock, registry, served } = createCacheWorld();
    await served();
    registry.versionByUri.delete(CHAMPION);
    clock.advance(30_000);
    await served();
    await cache.settled();

    expect(await served()).toBe('1');
  });
});

describe('memory', () => {
  const uris = [1, 2, 3, 4].map((number) => `models:/wine/${number}`);

  function setUpFour(maxResidentBytes: number) {
    const parts = createCacheWorld({ maxResidentBytes });
    for (const [index, uri] of uris.entries()) {
      parts.registry.versionByUri.set(uri, version(index + 1));
    }
    const openVersions = () =>
      parts.loader.opened.filter(({ isOpen }) => isOpen).map(({ version: of }) => of.version);
    return { ...parts, openVersions };
  }

  it('closes the least recently used model first', async () => {
    const { served, openVersions } = setUpFour(250);

    await served(uris[0]);
    await served(uris[1]);
    await served(uris[0]);
    await served(uris[2]);
    await tick();

    expect(openVersions()).toEqual(['1', '3']);
  });

  it('never closes a leased model, and makes up for it when the lease is back', async () => {
    const { cache, served, openVersions } = setUpFour(250);
    const first = await cache.acquire(uris[0]!);
    const second = await cache.acquire(uris[1]!);

    await served(uris[2]);
    const third = await cache.acquire(uris[2]!);
    await tick();
    expect(openVersions()).toEqual(['1', '2', '3']);
    first.release();
    await tick();

    expect(openVersions()).toEqual(['2', '3']);
    second.release();
    third.release();
    await tick();
    expect(openVersions()).toEqual(['2', '3']);
  });

  it('serves a model that is larger than the bound, alone', async () => {
    const { loader, served, openVersions } = setUpFour(50);

    for (const uri of [uris[0], uris[0], uris[1], uris[1]]) await served(uri);
    await tick();

    expect(openVersions()).toEqual(['2']);
    expect(loader.opened).toHaveLength(2);
  });

  it('reopens an evicted model without asking a registry that is down', async () => {
    const { clock, registry, served } = setUpFour(100);
    await served();
    await served(uris[1]);
    await tick();
    registry.error = DOWN;
    clock.advance(60_000);

    expect(await served()).toBe('1');
    expect(await served(uris[1])).toBe('2');
  });

  it('does not believe an alias longer because its model was evicted and reopened', async () => {
    const { cache, clock, move, registry, served } = setUpFour(100);
    await served();
    move(2);
    for (let round = 0; round < 2; round++) {
      clock.advance(14_000);
      await served(uris[2]);
      expect(await served()).toBe('1');
    }
    expect(registry.lookups).toBe(2);
    clock.advance(2_000);
    await served();
    await cache.settled();

    expect(await served()).toBe('2');
  });

  it('falls back to the version before when an evicted alias moved to a broken one', async () => {
    const { clock, loader, move, served, telemetry } = setUpFour(100);
    await served();
    await served(uris[2]);
    loader.broken.add('2');
    move(2);
    clock.advance(60_000);

    expect(await served()).toBe('1');
    expect(telemetry.events).toContainEqual(
      expect.objectContaining({ type: 'refresh-failed', serving: { name: 'wine', version: '1' } }),
    );
  });

  it('keeps the model that serves while its replacement is opened', async () => {
    const { cache, clock, loader, move, served } = setUpFour(100);
    await served();
    loader.example.set('2', 'failed');
    move(2);
    clock.advance(30_000);
    await served();
    await cache.settled();

    expect(loader.opened).toMatchObject([{ closes: 0 }, { closes: 1 }]);
  });
});

describe('a process that is frozen between requests', () => {
  it('does not believe a lookup that slept, and has the next request wait for a new one', async () => {
    const { clock, registry, move, served } = createCacheWorld();
    await served();
    registry.isHanging = true;
    clock.advance(30_000);
    expect(await served()).toBe('1');
    await tick();
    registry.isHanging = false;
    move(2);
    clock.freeze(3_600_000);
    await tick();

    expect(await served()).toBe('2');
    expect(registry.lookups).toBe(3);
  });

  it('sees it by the wall clock where timers stood still as well', async () => {
    const { clock, registry, move, served } = createCacheWorld();
    await served();
    registry.isHanging = true;
    clock.advance(30_000);
    await served();
    registry.isHanging = false;
    move(2);
    clock.pause(3_600_000);

    expect(await served()).toBe('2');
  });

  it('does not believe an answer that arrives after the sleep', async () => {
    const { clock, registry, served } = createCacheWorld();
    const late = Promise.withResolvers<void>();
    await served();
    const resolve = registry.resolve;
    registry.resolve = async (uri) => {
      const found = await resolve(uri);
      await late.promise;
      return found;
    };
    registry.versionByUri.set(CHAMPION, version(2));
    clock.advance(30_000);
    await served();
    await tick();
    registry.resolve = resolve;
    registry.versionByUri.set(CHAMPION, version(3));
    clock.pause(3_600_000);
    late.resolve();
    await tick();

    expect(await served()).toBe('3');
  });

  it('waits no longer than it must when the registry is gone after the sleep', async () => {
    const { cache, clock, registry, served } = createCacheWorld({ catchUpMs: 2_000 });
    await served();
    registry.isHanging = true;
    clock.advance(30_000);
    await served();
    clock.pause(60_000);

    const waiting = cache.acquire(CHAMPION);
    await tick();
    clock.advance(2_000);
    const lease = await waiting;
    clock.pause(20_000);
    const next = await cache.acquire(CHAMPION);

    expect(lease.model.version.version).toBe('1');
    expect(next.model.version.version).toBe('1');
  });

  it('does not fail a request whose deadline comes while it waits for a refresh', async () => {
    const { cache, clock, registry, served } = createCacheWorld();
    await served();
    registry.isHanging = true;
    clock.advance(30_000);
    await served();
    clock.pause(60_000);
    const controller = new AbortController();

    const waiting = cache.acquire(CHAMPION, { signal: controller.signal });
    await tick();
    controller.abort();

    expect((await waiting).model.version.version).toBe('1');
  });

  it('begins a first load anew that slept', async () => {
    const { cache, clock, loader } = createCacheWorld({ loadDeadlineMs: 60_000 });
    const gate = Promise.withResolvers<void>();
    loader.gate = gate.promise;
    const before = cache.acquire(CHAMPION);
    await tick();
    clock.pause(3_600_000);
    loader.gate = Promise.resolve();

    const lease = await cache.acquire(CHAMPION);
    gate.resolve();
    await tick();

    expect((await before).model).toBe(lease.model);
    expect(loader.opened.map(({ isOpen }) => isOpen)).toEqual([true, false]);
  });
});

describe('a load that slept', () => {
  it('is not joined for another URI of the same version', async () => {
    const { cache, clock, loader, registry } = createCacheWorld({ loadDeadlineMs: 60_000 });
    registry.versionByUri.set('models:/wine/1', version(1));
    loader.gate = new Promise(() => {});
    const stuck = cache.acquire(CHAMPION);
    await tick();
    clock.pause(3_600_000);
    loader.gate = Promise.resolve();

    const lease = await cache.acquire('models:/wine/1');

    expect((await stuck).model).toBe(lease.model);
    expect(loader.opened).toHaveLength(1);
  });
});

describe('close', () => {
  it('waits for the leases, closes every model once and refuses new requests', async () => {
    const { cache, loader } = createCacheWorld();
    const lease = await cache.acquire(CHAMPION);
    let isClosed = false;

    const closing = cache.close().then(() => {
      isClosed = true;
    });
    await tick();
    expect(isClosed).toBe(false);
    await expect(cache.acquire(CHAMPION)).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: 'the server is shutting down',
    });
    expect(await parsed(lease.model.predictor).predict(null, null)).toBe('1');
    lease.release();
    await closing;

    expect(loader.opened).toMatchObject([{ isOpen: false, closes: 1 }]);
  });

  it('gives up what is under way', async () => {
    const { cache, clock, loader } = createCacheWorld();
    const gate = Promise.withResolvers<void>();
    loader.gate = gate.promise;
    const acquiring = cache.acquire(CHAMPION);
    acquiring.catch(() => {});
    await tick();

    await cache.close();
    gate.resolve();
    await tick();

    await expect(acquiring).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(loader.opened).toMatchObject([{ closes: 1 }]);
    expect(clock.timers).toBe(0);
  });

  it('is done at once when nothing was loaded', async () => {
    await createCacheWorld().cache.close();
  });
});

it('survives a telemetry sink that throws', async () => {
  const { served } = createCacheWorld({
    telemetry: {
      emit: () => {
        throw new Error('sink');
      },
    },
  });

  expect(await served()).toBe('1');
});

it('forgets URIs without a model when there are too many', async () => {
  const { cache, registry, served } = createCacheWorld();
  await served();

  for (let index = 0; index < 1_200; index++) {
    await expect(cache.acquire(`models:/none/${index}`)).rejects.toThrow();
  }

  expect(await served()).toBe('1');
  expect(registry.lookups).toBe(1_201);
});
