import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../interop/random.ts';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { deliver, drain } from './event-source.ts';
import { fromBus, fromS3, fromTopic } from './messages.ts';
import { addUser } from './other-user.ts';
import type { Queues } from './queues.ts';
import { redrive } from './redrive.ts';
import { openStand, type Stand } from './stand.ts';
import { csvOf, predictionsIn, wineRows } from './wine-rows.ts';

const ALL_DONE = { batchItemFailures: [] };
const ONE_FAILED = { batchItemFailures: [{ itemIdentifier: expect.any(String) }] };
const ROWS = wineRows(50);
const CSV = csvOf(ROWS);
/** Takes the function a second or more. */
const LARGE_ROWS = 120_000;
const LARGE = csvOf(wineRows(LARGE_ROWS, 11));

let stand: Stand;
let proxy: FaultProxy;

beforeAll(async () => {
  stand = await openStand();
  proxy = await startFaultProxy(stand.s3Url);
}, 300_000);
afterAll(async () => {
  await proxy?.close();
  await stand?.close();
});
beforeEach(async () => {
  proxy.set('pass');
  await stand.moveAlias('2');
});

/** One manifest that accounts for every row, and beside it what it names, and nothing else. */
async function expectDoneOnce(name: string, rows: number, version = '2'): Promise<void> {
  const manifest = await stand.manifest(name);
  expect(manifest.rows).toEqual({ in: rows, out: rows, refused: 0 });
  expect(manifest.model.version).toBe(version);
  const files = (await stand.list(name)).map((key) => key.slice(key.lastIndexOf('/') + 1));
  expect(files).toEqual(['_manifest.json', ...manifest.outputs.map(({ path }) => path)]);
  expect(predictionsIn(name, await stand.predictions(name))).toHaveLength(rows);
  expect(await stand.uploads()).toEqual([]);
}

/** As soon as a run is at it. */
async function untilBegun(name: string): Promise<void> {
  while ((await stand.list(name)).length === 0) await sleep(5);
}

describe('messages that come several times', () => {
  it('in any order, to two functions at once, have each file scored once', async () => {
    const queues = await stand.queues.create({ maxReceives: 100, visibilitySeconds: 1 });
    const names = Array.from({ length: 8 }, (_, i) => `twice-${i}.csv`);
    const told = await Promise.all(names.map((name) => stand.put(name, CSV)));
    const random = createRandom(3);
    const messages = told
      .flatMap((each) => [fromS3(each), fromBus(each), fromTopic(fromS3(each)), fromS3(each)])
      .map((body) => ({ body, at: random.next() }))
      .sort((a, b) => a.at - b.at);
    for (const { body } of messages) await queues.send(body);
    const functions = [stand.start(), stand.start()];

    await Promise.all(functions.map((each) => drain(queues, each, { batchSize: 3 })));

    for (const name of names) await expectDoneOnce(name, ROWS.length);
    expect(await queues.failures()).toEqual([]);
  });

  it('while the file is being scored wait until it is done', async () => {
    const queues = await stand.queues.create({ visibilitySeconds: 1, maxReceives: 100 });
    const told = await stand.put('at-once.csv', LARGE);
    const functions = [stand.start(), stand.start()] as const;
    for (const each of functions) await (await each.process()).ready;
    await queues.send(fromS3(told));
    await queues.send(fromS3(told));

    const first = deliver(queues, functions[0], { batchSize: 1 });
    await untilBegun('at-once.csv');
    const second = await deliver(queues, functions[1], { batchSize: 1 });

    expect(second?.answer?.body).toEqual(ONE_FAILED);
    expect((await first)?.answer?.body).toEqual(ALL_DONE);
    await drain(queues, functions[1]);
    await expectDoneOnce('at-once.csv', LARGE_ROWS);
  });
});

describe('a message that cannot be worked off', () => {
  it('goes to the dead-letter queue at once, with the reason; others beside it are done', async () => {
    const queues = await stand.queues.create();
    await queues.send('{"hello":"world"}');
    await queues.send(fromS3(await stand.put('beside.csv', CSV)));

    const delivery = await deliver(queues, stand.start({ known: queues }));

    expect(delivery).toMatchObject({ deleted: 2, answer: { body: ALL_DONE } });
    await expectDoneOnce('beside.csv', ROWS.length);
    const [failed] = await queues.failures();
    expect(failed?.Body).toBe('{"hello":"world"}');
    expect(failed?.MessageAttributes?.['error']?.StringValue).toMatch(/^BAD_REQUEST: message of/);
  });

  it('is put there by SQS after maxReceives when the function does not know its queues', async () => {
    const queues = await stand.queues.create({ maxReceives: 2, visibilitySeconds: 1 });
    await queues.send('{"hello":"world"}');

    const deliveries = await drain(queues, stand.start());

    expect(deliveries.flatMap(({ received }) => received.map(({ count }) => count))).toEqual([
      1, 2,
    ]);
    expect((await queues.failures()).map(({ Body }) => Body)).toEqual(['{"hello":"world"}']);
  });

  it('of a file that the model refuses is replayed when the file is mended', async () => {
    const queues = await stand.queues.create();
    const broken = CSV.replace('alcohol', 'alcool');
    await queues.send(fromS3(await stand.put('refused one.csv', broken)));
    const instance = stand.start({ known: queues });

    const delivery = await deliver(queues, instance);

    expect(delivery?.answer?.body).toEqual(ALL_DONE);
    const listed = JSON.parse((await redrive(stand.queues, queues, '--json')).stdout);
    expect(listed).toEqual([
      expect.objectContaining({
        uris: ['s3://files/in/refused one.csv'],
        error: expect.stringMatching(/alcohol|50 of 50 rows/),
      }),
    ]);
    expect((await stand.list('refused one.csv')).join()).not.toMatch(/manifest|predictions/);
    await stand.put('refused one.csv', CSV);
    expect((await redrive(stand.queues, queues, '--replay')).exitCode).toBe(0);
    await drain(queues, instance);
    expect((await stand.manifest('refused one.csv')).rows).toEqual({ in: 50, out: 50, refused: 0 });
    expect(await queues.failures()).toEqual([]);
  });
});

describe('a file that is none of the endpoint', () => {
  it.each([
    ['of the results', { bucket: 'files', key: 'out/in/a.csv/0/predictions.csv' }],
    ['beside the folder of inputs', { bucket: 'files', key: 'inside.csv' }],
    ['of another bucket', { bucket: 'models', key: 'in/a.csv' }],
    ['of a kind that nobody reads', { bucket: 'files', key: 'in/notes.txt' }],
  ])('as one %s is told of, and not scored', async (_, told) => {
    const queues = await stand.queues.create();
    await stand.put('notes.txt', 'hello');
    const before = await stand.list();
    await queues.send(fromS3(told));

    const delivery = await deliver(queues, stand.start({ known: queues }));

    expect(delivery).toMatchObject({ deleted: 1, answer: { body: ALL_DONE } });
    const [failed, ...others] = await queues.failures();
    expect(others).toEqual([]);
    expect(failed?.MessageAttributes?.['error']?.StringValue).toMatch(
      /^(INVALID_PARAMETER_VALUE|BAD_REQUEST): /,
    );
    expect(await stand.list()).toEqual(before);
  });
});

describe('a file that is gone', () => {
  it('goes to the dead-letter queue, and is scored when it is there again', async () => {
    const queues = await stand.queues.create({ maxReceives: 2, visibilitySeconds: 1 });
    await queues.send(fromS3({ bucket: 'files', key: 'in/gone.csv' }));
    const instance = stand.start();

    await drain(queues, instance);

    expect(await queues.failures()).toHaveLength(1);
    await stand.put('gone.csv', CSV);
    await redrive(stand.queues, queues, '--replay');
    await drain(queues, instance);
    await expectDoneOnce('gone.csv', ROWS.length);
  });
});

describe('a function that cannot start', () => {
  it('loses nothing: its messages are replayed when it is set up well', async () => {
    const queues = await stand.queues.create({ maxReceives: 2, visibilitySeconds: 1 });
    await queues.send(fromS3(await stand.put('set-up.csv', CSV)));
    const environment = { MLFLOW_SERVERLESS_BATCH_MAX_REFUSED_RATIO: 'few' };

    const deliveries = await drain(queues, stand.start({ environment }));

    expect(deliveries.map(({ deleted }) => deleted)).toEqual([0, 0]);
    expect(await queues.failures()).toHaveLength(1);
    await redrive(stand.queues, queues, '--replay');
    await drain(queues, stand.start());
    await expectDoneOnce('set-up.csv', ROWS.length);
  });
});

describe('a model that cannot be opened', () => {
  beforeEach(async () => {
    const manifest = JSON.stringify({
      ...{ schema: 'mlflow-serverless/manifest/1', name: 'wine', version: '9' },
      files: [{ path: 'MLmodel', size: 3, sha256: '' }],
    });
    await stand.publish('models/wine/versions/9/manifest.json', manifest);
    await stand.publish('models/wine/versions/9/model/MLmodel', '!!!');
    await stand.moveAlias('9');
  });

  it('lets files wait; they are replayed when another version is promoted', async () => {
    const queues = await stand.queues.create({ maxReceives: 2, visibilitySeconds: 1 });
    const names = ['waits-1.csv', 'waits-2.csv'];
    for (const name of names) await queues.send(fromS3(await stand.put(name, CSV)));
    const instance = stand.start();

    await drain(queues, instance);

    expect(await queues.failures()).toHaveLength(2);
    await stand.moveAlias('1');
    const { stdout } = await redrive(stand.queues, queues, '--replay');
    expect(stdout).toContain('2 messages sent back');
    await drain(queues, instance);
    for (const name of names) await expectDoneOnce(name, ROWS.length, '1');
  });

  it('has the message come again later than the queue would', async () => {
    const queues = await stand.queues.create({ visibilitySeconds: 1 });
    await queues.send(fromS3(await stand.put('later.csv', CSV)));
    const instance = stand.start({ known: queues });

    expect((await deliver(queues, instance))?.answer?.body).toEqual(ONE_FAILED);

    await sleep(1_200);
    expect(await deliver(queues, instance)).toBeUndefined();
    expect(await queues.count()).toBe(1);
  });
});

describe('an output that may not be written to', () => {
  it('shows nothing; the file is replayed when the role is mended', async () => {
    const user = await addUser(stand);
    await user.mayWrite(false);
    const queues = await stand.queues.create({ maxReceives: 2, visibilitySeconds: 1 });
    await queues.send(fromS3(await stand.put('denied.csv', CSV)));
    const instance = stand.start({ environment: user.environment });

    await drain(queues, instance);

    expect(await stand.list('denied.csv')).toEqual([]);
    expect((await instance.process()).log()).toMatch(/files\/out\/.*(may not|denied)/i);
    expect(await queues.failures()).toHaveLength(1);
    await user.mayWrite(true);
    await redrive(stand.queues, queues, '--replay');
    await drain(queues, instance);
    await expectDoneOnce('denied.csv', ROWS.length);
  });
});

describe('in the middle of a file', () => {
  const endpoint = () => ({ MLFLOW_S3_ENDPOINT_URL: proxy.url });
  let queues: Queues;

  beforeEach(async () => {
    queues = await stand.queues.create({ maxReceives: 20, visibilitySeconds: 1 });
  });

  it('a promotion changes nothing; the next file gets the new version', async () => {
    await queues.send(fromS3(await stand.put('promoted.csv', LARGE)));
    const instance = stand.start();
    const running = deliver(queues, instance);
    await untilBegun('promoted.csv');
    await sleep(100); // the claim comes before the first row

    await stand.moveAlias('1');
    const movedAt = Date.now();

    expect((await running)?.answer?.body).toEqual(ALL_DONE);
    const { startedAt, finishedAt } = await stand.manifest('promoted.csv');
    expect(movedAt).toBeGreaterThan(Date.parse(startedAt));
    expect(movedAt).toBeLessThan(Date.parse(finishedAt));
    await expectDoneOnce('promoted.csv', LARGE_ROWS, '2');
    await sleep(600);
    await queues.send(fromS3(await stand.put('after.csv', CSV)));
    await drain(queues, instance);
    await expectDoneOnce('after.csv', ROWS.length, '1');
  });

  // What is written fails at any time; what is read, while there is something to read.
  it.each([
    ['refuse', 200],
    ['cut', 0],
  ] as const)('S3 that does %s has the file begun again', async (fault, afterMs) => {
    const name = `${fault}.csv`;
    await queues.send(fromS3(await stand.put(name, LARGE)));
    const instance = stand.start({ environment: { ...endpoint(), AWS_MAX_ATTEMPTS: '1' } });
    const running = deliver(queues, instance);
    await untilBegun(name);
    await sleep(afterMs);

    proxy.set(fault);
    const delivery = await running;
    proxy.set('pass');

    expect(delivery?.answer?.body).toEqual(ONE_FAILED);
    expect((await stand.list(name)).join()).not.toMatch(/manifest|predictions/);
    // Of a claim that could not be given back the lease ends in a minute; here it is ended.
    for (const key of await stand.list(name)) await stand.remove(key);
    await drain(queues, instance);
    await expectDoneOnce(name, LARGE_ROWS);
  });

  it('the end of the time gives the message back, and nothing is left', async () => {
    await queues.send(fromS3(await stand.put('late.csv', LARGE)));
    const short = stand.start({ timeoutMs: 10_300 });
    await (await short.process()).ready;

    const delivery = await deliver(queues, short);

    expect(delivery?.answer?.body).toEqual(ONE_FAILED);
    expect(await stand.list('late.csv')).toEqual([]);
    expect(await stand.uploads()).toEqual([]);
    await drain(queues, stand.start());
    await expectDoneOnce('late.csv', LARGE_ROWS);
  });
});
