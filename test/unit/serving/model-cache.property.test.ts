import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import type { Lease } from '../../../src/serving/loaded-model.ts';
import { createModelCache } from '../../../src/serving/model-cache.ts';
import { createFakeClock } from '../../helpers/fake-clock.ts';
import { createFakeLoader, createFakeRegistry, tick, version } from '../../helpers/fake-models.ts';
import { parsed } from '../../helpers/parsed.ts';

const URIS = ['models:/wine@a', 'models:/wine@b', 'models:/wine/1', 'models:/wine/2'];
const VERSIONS = [1, 2, 3];
const MAX_RESIDENT_BYTES = 250;

type Step =
  | { readonly kind: 'acquire'; readonly uri: string; readonly abortsAfter?: number }
  | { readonly kind: 'release'; readonly index: number }
  | { readonly kind: 'advance' | 'freeze' | 'pause'; readonly ms: number }
  | { readonly kind: 'move'; readonly uri: string; readonly to: number }
  | { readonly kind: 'registry'; readonly state: 'up' | 'down' | 'hanging' }
  | { readonly kind: 'break' | 'mend' | 'fail-example'; readonly version: number }
  | { readonly kind: 'hold-loads' | 'let-loads-go' | 'tick' };

const ms = fc.constantFrom(0, 1, 700, 1_500, 10_000, 12_000, 30_000, 70_000, 400_000, 3_600_000);
const uri = fc.constantFrom(...URIS);
const versionNumber = fc.constantFrom(...VERSIONS);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('acquire' as const), uri }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('acquire' as const),
      uri,
      abortsAfter: fc.nat({ max: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), index: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('advance' as const, 'freeze', 'pause'), ms }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      uri: fc.constantFrom(URIS[0]!, URIS[1]!),
      to: versionNumber,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('registry' as const),
      state: fc.constantFrom('up' as const, 'down', 'hanging'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('break' as const, 'mend', 'fail-example'),
      version: versionNumber,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('hold-loads' as const, 'let-loads-go', 'tick', 'tick'),
    }),
  },
);

/** The cache with everything around it, and the rules that must hold whatever happens. */
function createWorld(pushFloorMs: number | undefined) {
  const clock = createFakeClock();
  const registry = createFakeRegistry(
    Object.fromEntries(URIS.map((name, index) => [name, version((index % 2) + 1)])),
  );
  const loader = createFakeLoader();
  for (const number of VERSIONS) loader.bytes.set(`wine/${number}`, 50 + 50 * number);
  const cache = createModelCache({
    registry,
    loader,
    clock,
    random: () => 0.5,
    maxResidentBytes: MAX_RESIDENT_BYTES,
    pushFloorMs,
  });
  const leases: Lease[] = [];
  const waiting: Promise<void>[] = [];
  let letGo = (): void => {};

  function acquire(of: string, abortsAfter: number | undefined): void {
    const controller = new AbortController();
    const acquiring = cache
      .acquire(of, abortsAfter === undefined ? {} : { signal: controller.signal })
      .then(
        (lease) => void leases.push(lease),
        (error: unknown) => expect(error).toBeInstanceOf(ServingError),
      );
    waiting.push(acquiring);
    const countDown = async (): Promise<void> => {
      for (let turns = abortsAfter ?? 0; turns > 0; turns--) await Promise.resolve();
      controller.abort();
    };
    if (abortsAfter !== undefined) countDown();
  }

  async function run(next: Step): Promise<void> {
    switch (next.kind) {
      case 'acquire':
        return acquire(next.uri, next.abortsAfter);
      case 'release':
        return leases.splice(next.index, 1)[0]?.release();
      case 'advance':
      case 'freeze':
      case 'pause':
        return clock[next.kind](next.ms);
      case 'move':
        return void registry.versionByUri.set(next.uri, version(next.to));
      case 'registry':
        registry.isHanging = next.state === 'hanging';
        registry.error =
          next.state === 'down' ? new ServingError('TEMPORARILY_UNAVAILABLE', 'down') : undefined;
        return;
      case 'break':
        return void loader.broken.add(String(next.version));
      case 'mend':
        loader.example.delete(String(next.version));
        return void loader.broken.delete(String(next.version));
      case 'fail-example':
        return void loader.example.set(String(next.version), 'failed');
      case 'hold-loads':
        letGo();
        loader.gate = new Promise((resolve) => {
          letGo = resolve;
        });
        return;
      case 'let-loads-go':
        return letGo();
      case 'tick':
        return tick();
    }
  }

  async function check(): Promise<void> {
    for (const { model } of leases) {
      expect(await parsed(model.predictor).predict(null, null)).toBe(model.version.version);
    }
    for (const { closes } of loader.opened) expect(closes).toBeLessThanOrEqual(1);
  }

  /** Nobody uses anything any more: one model may be too large, two may not. */
  async function checkQuiet(): Promise<void> {
    letGo();
    for (const lease of leases.splice(0)) lease.release();
    clock.advance(3_600_000);
    await tick();
    clock.advance(3_600_000);
    await tick();
    await Promise.all(waiting);
    for (const lease of leases.splice(0)) lease.release();
    const open = loader.opened.filter(({ isOpen }) => isOpen);
    const bytes = open.reduce((sum, { version: of }) => sum + 50 + 50 * Number(of.version), 0);
    expect(open.length <= 1 || bytes <= MAX_RESIDENT_BYTES).toBe(true);
  }

  async function end(): Promise<void> {
    await cache.close();
    await tick();
    expect(loader.opened.every(({ isOpen, closes }) => !isOpen && closes === 1)).toBe(true);
    expect(clock.timers).toBe(0);
  }

  return { run, check, checkQuiet, end, registry, loader, cache, leases };
}

describe.each([
  { mode: 'poll', pushFloorMs: undefined },
  { mode: 'push', pushFloorMs: 500 },
])('the cache ($mode), whatever happens', ({ pushFloorMs }) => {
  it('never lends a closed model, closes each once, and keeps to the memory bound', async () => {
    const unhandled: unknown[] = [];
    const remember = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', remember);

    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const world = createWorld(pushFloorMs);
        for (const next of steps) {
          await world.run(next);
          await world.check();
        }
        await world.checkQuiet();
        await world.end();
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 400) },
    );
    process.off('unhandledRejection', remember);

    expect(unhandled).toEqual([]);
  });

  it('serves the newest good version in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), versionNumber, async (steps, last) => {
        const world = createWorld(pushFloorMs);
        // An open model does not change its mind about its example; all else can be mended.
        for (const next of steps) if (next.kind !== 'fail-example') await world.run(next);
        await world.run({ kind: 'let-loads-go' });
        await world.run({ kind: 'registry', state: 'up' });
        for (const number of VERSIONS) await world.run({ kind: 'mend', version: number });
        await world.run({ kind: 'move', uri: URIS[0]!, to: last });
        for (let round = 0; round < 2; round++) {
          await world.checkQuiet();
          await world.run({ kind: 'acquire', uri: URIS[0]! });
          await tick();
        }
        await world.checkQuiet();

        const lease = await world.cache.acquire(URIS[0]!);
        const answer = lease.model.version.version;
        lease.release();

        expect(answer).toBe(String(last));
        await world.end();
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) },
    );
  });
});
