import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { parseCreatedObjects } from '../../../src/adapters/aws/batch-events.ts';
import {
  type BatchQueues,
  createBatchLambdaHandler,
  type RunObject,
} from '../../../src/adapters/aws/batch-handler.ts';
import { badRequest, ServingError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';

const message = (messageId: string, ...keys: string[]): SQSRecord => ({
  messageId,
  receiptHandle: 'receipt',
  body: JSON.stringify({
    Records: keys.map((key) => ({
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'in' }, object: { key } },
    })),
  }),
  attributes: {
    ApproximateReceiveCount: '2',
    SentTimestamp: '1545082649183',
    SenderId: 'AIDAIENQZJOLO23YVJ4VO',
    ApproximateFirstReceiveTimestamp: '1545082649185',
  },
  messageAttributes: {},
  md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:my-queue',
  awsRegion: 'us-east-2',
});

const queue = (...Records: SQSRecord[]): SQSEvent => ({ Records });

const failures = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

interface SetUp {
  readonly run?: RunObject;
  readonly remainingMs?: number;
  readonly queues?: BatchQueues;
}

/** Fails on keys that begin with "bad"; with a fault of the file's own on those that begin with "poison". */
function setUp({ run, remainingMs = 60_000, queues }: SetUp = {}) {
  const lines: string[] = [];
  const done: string[] = [];
  const handler = createBatchLambdaHandler({
    run:
      run ??
      (async ({ key }) => {
        if (key.startsWith('bad')) throw new Error(`cannot score ${key}`);
        if (key.startsWith('poison')) throw badRequest(`${key} is empty`);
        done.push(key);
      }),
    log: createLog({ stream: { write: (line) => lines.push(line) } }),
    ...(queues && { queues }),
  });
  const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => remainingMs };
  return { handle: (event: SQSEvent) => handler(event, context), lines, done };
}

describe('the batch handler on Lambda', () => {
  it('works off every message, in order, and gives none back', async () => {
    const { handle, done } = setUp();

    const response = await handle(queue(message('1', 'a', 'b'), message('2', 'c')));

    expect(response).toEqual(failures());
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('gives back only the messages that failed', async () => {
    const { handle, done } = setUp();

    const response = await handle(queue(message('1', 'bad'), message('2', 'a')));

    expect(response).toEqual(failures('1'));
    expect(done).toEqual(['a']);
  });

  it('gives all back when all fail, without failing itself', async () => {
    const { handle } = setUp();

    expect(await handle(queue(message('1', 'bad'), message('2', 'bad')))).toEqual(
      failures('1', '2'),
    );
  });

  it('goes on with the other objects of a message after one that failed', async () => {
    const { handle, done } = setUp();

    const response = await handle(queue(message('1', 'bad', 'a')));

    expect(response).toEqual(failures('1'));
    expect(done).toEqual(['a']);
  });

  it('gives back a message that it does not understand, beside others', async () => {
    const { handle, done, lines } = setUp();

    const response = await handle(queue({ ...message('1'), body: '{}' }, message('2', 'a')));

    expect(response).toEqual(failures('1'));
    expect(done).toEqual(['a']);
    expect(lines.join('')).toContain('expected a notification of S3');
  });

  it('logs each failure once, with its message and how often it came', async () => {
    const { handle, lines } = setUp();

    await handle(queue(message('1', 'bad'), message('2', 'a')));

    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'error', messageId: '1', received: 2 }),
    ]);
  });

  it('does one file at a time', async () => {
    let running = 0;
    let most = 0;
    const run: RunObject = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
    };
    const { handle } = setUp({ run });

    await handle(queue(message('1', 'a', 'b'), message('2', 'c'), message('3', 'd')));

    expect(most).toBe(1);
  });

  it('stops before the platform does, and gives back what it did not come to', async () => {
    const seen: string[] = [];
    const run: RunObject = ({ key }, _replay, { signal }) =>
      new Promise((_, reject) => {
        seen.push(key);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const { handle } = setUp({ run, remainingMs: 10_050 });

    const response = await handle(queue(message('1', 'a'), message('2', 'b')));

    expect(response).toEqual(failures('1', '2'));
    expect(seen).toEqual(['a']);
  });

  describe('with its queues', () => {
    function createQueues() {
      const later: [string, number][] = [];
      const given: [string, Readonly<Record<string, string>>][] = [];
      const queues: BatchQueues = {
        source: { comeBackIn: async (...call) => void later.push(call) },
        failures: { send: async (...call) => void given.push(call) },
      };
      return { queues, later, given };
    }

    it('puts a file that cannot be scored as it is into the dead-letter queue at once, with the reason', async () => {
      const { queues, later, given } = createQueues();
      const { handle, done } = setUp({ queues });

      const response = await handle(queue(message('1', 'a', 'poison', 'b')));

      expect(response).toEqual(failures());
      expect(done).toEqual(['a', 'b']);
      expect(later).toEqual([]);
      expect(given).toEqual([[expect.anything(), { error: 'BAD_REQUEST: poison is empty' }]]);
      expect(parseCreatedObjects(given[0]?.[0] ?? '')).toEqual([{ bucket: 'in', key: 'poison' }]);
    });

    it('puts a message that it does not understand there as it is', async () => {
      const { queues, given } = createQueues();
      const { handle } = setUp({ queues });

      expect(await handle(queue({ ...message('1'), body: '{"a":1}' }))).toEqual(failures());
      expect(given.map(([body]) => body)).toEqual(['{"a":1}']);
    });

    it.each([
      ['1', 70],
      ['2', 140],
      ['4', 560],
      ['9', 900],
    ])('lets what failed for the %sth time come again in %d s', async (received, seconds) => {
      const { queues, later, given } = createQueues();
      const { handle } = setUp({ queues });
      const { attributes } = message('1');
      const failed = {
        ...message('1', 'bad', 'poison'),
        attributes: { ...attributes, ApproximateReceiveCount: received },
      };

      expect(await handle(queue(failed))).toEqual(failures('1'));
      expect(later).toEqual([['receipt', seconds]]);
      expect(given).toHaveLength(1);
    });

    it('keeps a message whose way to the dead-letter queue is closed', async () => {
      const { queues } = createQueues();
      const send = async () => {
        throw new ServingError('PERMISSION_DENIED', 'queue may not be used');
      };
      const { handle } = setUp({ queues: { ...queues, failures: { send } } });

      expect(await handle(queue(message('1', 'poison')))).toEqual(failures('1'));
    });
  });

  it('answers a batch without messages', async () => {
    const { handle } = setUp();

    expect(await handle(queue())).toEqual(failures());
  });
});
