import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../interop/random.ts';
import { deliver, drain, type Received } from './event-source.ts';
import { fromS3 } from './messages.ts';
import { openStand, type Stand } from './stand.ts';
import { FORMATS, predictionsIn, wineRows } from './wine-rows.ts';

const ROWS = wineRows(60_000, 5);
/** Ends of names; the trials take them in turn. */
const ENDS = ['.csv', '.jsonl', '-zstd.parquet', '.csv.gz', '.jsonl.gz'] as const;
const TRIALS = Number(process.env['KILLS'] ?? 10);
/** A killed function's claim ends by then. */
const LEASE_MS = 61_000;

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
}, 300_000);
afterAll(() => stand?.close());

it(
  'a function that is killed at any moment of a file has it scored once, by the next',
  async () => {
    const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
    const random = createRandom(seed);
    const queues = await stand.queues.create({
      maxReceives: 3,
      visibilitySeconds: 43_200, // longer than the trials take; see below
    });
    const instance = stand.start();
    const wholes = await Promise.all(
      ENDS.map(async (end) => {
        const content = FORMATS[end]?.(ROWS) ?? '';
        return {
          end,
          name: `whole${end}`,
          content,
          object: await stand.put(`whole${end}`, content),
        };
      }),
    );
    for (const { object } of wholes) await queues.send(fromS3(object));
    await drain(queues, instance);
    const undisturbed = await Promise.all(
      wholes.map(async ({ name, ...file }) => {
        const { totalMs } = (await stand.manifest(name)).timings;
        const predictions = await stand.predictions(name);
        expect(predictionsIn(name, predictions)).toHaveLength(ROWS.length);
        return { ...file, totalMs, predictions };
      }),
    );
    const trials = Array.from({ length: TRIALS }, (_, i) => {
      const file = undisturbed[i % ENDS.length] as (typeof undisturbed)[number];
      return { ...file, name: `killed-${i}${file.end}` };
    });
    const killed: Received[] = [];

    for (const { name, content, totalMs } of trials) {
      await queues.send(fromS3(await stand.put(name, content)));
      await (await instance.process()).ready;
      const running = deliver(queues, instance);
      await sleep(random.next() * (totalMs + 150));
      await instance.kill();
      const delivery = await running;
      // It may have answered just before.
      if (delivery?.answer === undefined) killed.push(...(delivery?.received ?? []));
      await instance.stop();
    }
    console.log(`${killed.length} of ${TRIALS} were killed before they answered; seed ${seed}`);
    expect(killed.length, `seed ${seed}`).toBeGreaterThan(0);
    await sleep(LEASE_MS);
    for (const { receiptHandle } of killed) await queues.show(receiptHandle);
    const redelivered = await drain(queues, instance);

    expect(redelivered.flatMap(({ received }) => received.map(({ count }) => count))).toEqual(
      killed.map(() => 2),
    );
    for (const { name, predictions } of trials) {
      const manifest = await stand.manifest(name);
      expect(manifest.rows, `seed ${seed}`).toEqual({ in: 60_000, out: 60_000, refused: 0 });
      expect((await stand.predictions(name)).equals(predictions), `${name}, seed ${seed}`).toBe(
        true,
      );
      const files = (await stand.list(name)).map((key) => key.slice(key.lastIndexOf('/') + 1));
      expect(files).toEqual(['_manifest.json', ...manifest.outputs.map(({ path }) => path)]);
    }
    expect(await stand.uploads()).toEqual([]);
    expect(await queues.failures()).toEqual([]);
  },
  300_000 + 10_000 * TRIALS,
);
