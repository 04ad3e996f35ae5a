import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliver, drain } from './event-source.ts';
import type { RestartedInstance } from './instance.ts';
import { fromBus, fromS3, fromTopic, TEST_EVENT, type Told } from './messages.ts';
import type { Queues } from './queues.ts';
import { openStand, type Stand } from './stand.ts';
import { csvOf, wineRows } from './wine-rows.ts';

const CSV = csvOf(wineRows(20));
const ALL_DONE = { batchItemFailures: [] };

let stand: Stand;
let queues: Queues;
let instance: RestartedInstance;

beforeAll(async () => {
  stand = await openStand();
  queues = await stand.queues.create();
  instance = stand.start();
}, 300_000);
afterAll(() => stand?.close());

const nameOf = ({ key }: Told): string => key.slice('in/'.length);

async function expectScored(...objects: Told[]): Promise<void> {
  for (const told of objects) {
    const { input, rows } = await stand.manifest(nameOf(told));
    expect(input).toMatchObject({ uri: `s3://files/${told.key}`, etag: told.etag });
    expect(rows).toEqual({ in: 20, out: 20, refused: 0 });
  }
}

describe('a message', () => {
  it.each([
    ['S3', fromS3],
    ['S3 through SNS', (told: Told) => fromTopic(fromS3(told))],
    ['EventBridge', fromBus],
    ['EventBridge through SNS', (told: Told) => fromTopic(fromBus(told))],
  ])('of %s has its file scored', async (form, encode) => {
    const told = await stand.put(`by ${form}.csv`, CSV);
    await queues.send(encode(told));

    const delivery = await deliver(queues, instance);

    expect(delivery?.answer?.body).toEqual(ALL_DONE);
    await expectScored(told);
  });

  const HARD_KEYS = [
    'blanks  in it.csv',
    'a+b.csv',
    '100%.csv',
    'a%20b.csv',
    '%2B.csv',
    'ünï — €.csv',
    '数据.csv',
    '🍷.csv',
    `"quoted" and 'quoted'.csv`,
    'a&b=c?d#e.csv',
    'year=2026/month=11/part (1).csv',
    'tab\there.csv',
    'back\\slash.csv',
    '~!@$^*()_-[]{}|;:,.csv',
  ];
  it.each(HARD_KEYS)('finds %j, as S3 and as EventBridge write it', async (name) => {
    const told = await stand.put(name, CSV);
    await queues.send(fromS3(told));
    await queues.send(fromBus(told));

    const deliveries = await drain(queues, instance);

    expect(deliveries.map(({ answer }) => answer?.body)).toEqual(deliveries.map(() => ALL_DONE));
    const { input } = await manifestOf(told);
    expect(input.uri).toBe(`s3://files/${told.key}`);
  });

  /** Some names of keys are none of folders: the output's is near it. */
  async function manifestOf(told: Told) {
    const keys = (await stand.list()).filter((key) => key.endsWith('/_manifest.json'));
    const manifests = await Promise.all(
      keys.map(async (key) => JSON.parse((await stand.read(key)).toString())),
    );
    const own = manifests.filter(({ input }) => input.uri === `s3://files/${told.key}`);
    expect(own).toHaveLength(1);
    return own[0];
  }

  it('of several objects has all of them scored', async () => {
    const objects = await Promise.all(['x1.csv', 'x2.csv', 'x3.csv'].map((n) => stand.put(n, CSV)));
    await queues.send(fromS3(...objects));

    const delivery = await deliver(queues, instance);

    expect(delivery?.deleted).toBe(1);
    await expectScored(...objects);
  });

  it('may come with nine others', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `many-${i}.csv`);
    const objects = await Promise.all(names.map((name) => stand.put(name, CSV)));
    for (const told of objects) await queues.send(fromS3(told));

    const deliveries = await drain(queues, instance);

    expect(deliveries).toHaveLength(1);
    await expectScored(...objects);
  });

  it.each([
    ['the test event', TEST_EVENT],
    ['the test event through SNS', fromTopic(TEST_EVENT)],
    ['a folder of the console', fromS3({ bucket: 'files', key: 'in/folder/' })],
  ])('that is %s is done, and nothing else is', async (_, body) => {
    await queues.send(body);

    const delivery = await deliver(queues, instance);

    expect(delivery).toMatchObject({ deleted: 1, answer: { body: ALL_DONE } });
    expect(await queues.count()).toBe(0);
    expect(await queues.failures()).toEqual([]);
  });
});
