import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvOf, wineRows } from '../batch/wine-rows.ts';
import { type BatchApp, startBatchApp } from './batch-app.ts';
import { queueMetadata } from './host-payloads.ts';

let under: BatchApp;
beforeAll(async () => {
  under = await startBatchApp();
}, 60_000);
afterAll(() => under?.close());

/** What parses as JSON, the host hands over as JSON. */
const receive = (message: unknown, dequeueCount?: number) => {
  const text = JSON.stringify(message);
  return under.app.invoke('batch', { json: text }, queueMetadata(text, dequeueCount));
};
const poisonOf = async (message: unknown): Promise<Record<string, unknown>[]> => {
  const { outputData = [] } = await receive(message);
  return outputData
    .flatMap(({ data }) => JSON.parse(data.json ?? data.string ?? '[]'))
    .map((text) => JSON.parse(text as string) as Record<string, unknown>);
};

/** Of one input, by their own names. */
async function outputsOf(name: string): Promise<Map<string, Buffer>> {
  const found = [...(await under.outputs())].filter(([key]) => key.includes(`/${name}/`));
  return new Map(found.map(([key, bytes]) => [key.slice(key.lastIndexOf('/') + 1), bytes]));
}

describe('the batch function of the built function app', () => {
  it('is there, with its queues, by identity', () => {
    const batch = under.app.functions.find(({ name }) => name === 'batch');

    expect(Object.values(batch?.bindings ?? {})).toEqual([
      expect.objectContaining({
        type: 'queueTrigger',
        queueName: 'mlflow-serverless-batch',
        connection: 'BATCH_STORAGE',
      }),
      expect.objectContaining({ type: 'durableClient' }),
      expect.objectContaining({ type: 'queue', queueName: 'mlflow-serverless-batch-poison' }),
    ]);
  });

  it('scores a file as the command line does, byte for byte, however often it hears of it', async () => {
    const csv = Buffer.from(csvOf(wineRows(500)));
    await under.put('in/a b/rows ü.csv', csv);

    await receive(under.created('in/a b/rows ü.csv'));
    const first = await outputsOf('rows ü.csv');
    await Promise.all([
      receive([under.created('in/a b/rows ü.csv')]),
      receive(under.created('in/a b/rows ü.csv')),
    ]);

    const here = await under.scoredHere('rows ü.csv', csv);
    expect([...first.keys()].toSorted()).toEqual(['_manifest.json', 'predictions.csv']);
    expect(first.get('predictions.csv')?.equals(here.get('predictions.csv') ?? Buffer.of())).toBe(
      true,
    );
    expect(await outputsOf('rows ü.csv')).toEqual(first);
  });

  it('puts what no try can help into the poison queue, with the reason, and takes it from there', async () => {
    await under.put('in/picture.png', 'no rows');

    const poison = await poisonOf(under.created('in/picture.png'));

    expect(poison).toEqual([
      { poison: expect.anything(), error: expect.stringMatching(/^INVALID_PARAMETER_VALUE: /) },
    ]);
    expect(await poisonOf(poison[0])).toEqual(poison);
    expect(await poisonOf({ hello: 'world' })).toEqual([
      { poison: { hello: 'world' }, error: expect.stringMatching(/^BAD_REQUEST: /) },
    ]);
    expect(await poisonOf(under.created('elsewhere/rows.csv'))).toHaveLength(1);
  });

  it('leaves out what is no file, and scores the others of a message', async () => {
    await under.put('in/good.csv', csvOf(wineRows(3)));

    const poison = await poisonOf([
      { ...under.created('in/bad.csv'), eventType: 'Microsoft.Storage.BlobDeleted' },
      under.created('in/picture.png'),
      under.created('in/good.csv'),
    ]);

    expect(poison).toHaveLength(1);
    expect((await outputsOf('good.csv')).has('_manifest.json')).toBe(true);
  });

  it('throws what may pass, so that the message comes again', async () => {
    const message = under.created('in/not there yet.csv');

    await expect(receive(message, 3)).rejects.toThrow(/does not exist/);

    const line = under.app
      .log()
      .split('\n')
      .findLast((each) => each.includes('could not be worked off'));
    expect(JSON.parse(line?.slice(line.indexOf('{')) ?? '{}')).toMatchObject({
      messageId: '8fa9b6a4-65f6-4c2c-b4b2-1b7f5a1a7a3d',
      received: 3,
    });
  });
});
