import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Log } from '../../log.ts';
import { isFinalError } from '../final-error.ts';
import { type CreatedObject, encodeCreatedObject, parseCreatedObjects } from './batch-events.ts';
import type { LambdaContext } from './lambda-handler.ts';
import { timeLeft } from './time-left.ts';

/**
 * Scores one object; resolves when its manifest is written, or was there already.
 *
 * @param replay a message that starts this again
 */
export type RunObject = (
  object: CreatedObject,
  replay: string,
  options: { readonly signal: AbortSignal },
) => Promise<void>;

/** The two queues, as far as they are known. */
export interface BatchQueues {
  /** Where messages come from. */
  readonly source?: { comeBackIn(receiptHandle: string, seconds: number): Promise<void> };
  /** The dead-letter queue. */
  readonly failures?: {
    send(body: string, attributes: Readonly<Record<string, string>>): Promise<void>;
  };
}

export interface BatchHandlerOptions {
  readonly run: RunObject;
  readonly log: Log;
  readonly queues?: BatchQueues;
}

export type BatchLambdaHandler = (
  event: SQSEvent,
  context: LambdaContext,
) => Promise<SQSBatchResponse>;

/** A killed run's claim ends after a minute; later tries wait longer; s. */
const COMES_BACK = { first: 70, most: 900 };

/**
 * Open batch scoring to a queue: only messages that failed come again, and after the last try they go to the
 * dead-letter queue. What no try can help goes there at once, with the reason.
 *
 * One file after the other: each may take all the memory that a job is given. The event source must have
 * `ReportBatchItemFailures`. A message of several objects comes again as a whole; those that are done are done.
 */
export function createBatchLambdaHandler(options: BatchHandlerOptions): BatchLambdaHandler {
  const { log, queues = {} } = options;
  return (event, context) => {
    const { signal } = timeLeft(context);
    const work = async (message: SQSRecord): Promise<void> => {
      try {
        await workOff(message, options, signal);
      } catch (error) {
        const received = Number(message.attributes.ApproximateReceiveCount);
        const { messageId } = message;
        log.error('a message of the batch queue could not be worked off', {
          messageId,
          received,
          error,
        });
        const seconds = Math.min(
          COMES_BACK.most,
          COMES_BACK.first * 2 ** Math.max(0, received - 1),
        );
        await queues.source
          ?.comeBackIn(message.receiptHandle, seconds)
          .catch((cause: unknown) => log.warn('it comes again later', { messageId, error: cause }));
        throw error;
      }
    };
    return processPartialResponse(event, work, new BatchProcessor(EventType.SQS), {
      processInParallel: false,
      throwOnFullBatchFailure: false,
    });
  };
}

/** A file that fails does not keep those after it waiting; the first failure is the message's. */
async function workOff(
  { body, messageId }: SQSRecord,
  { run, log, queues: { failures } = {} }: BatchHandlerOptions,
  signal: AbortSignal,
): Promise<void> {
  const remaining: unknown[] = [];
  const giveUp = async (error: unknown, replay: string): Promise<void> => {
    if (!isFinalError(error) || failures === undefined) throw error;
    log.error('a file cannot be scored as it is; its message goes to the dead-letter queue', {
      messageId,
      error,
    });
    await failures.send(replay, { error: `${error.code}: ${error.message}` });
  };
  let objects: CreatedObject[] = [];
  try {
    objects = parseCreatedObjects(body);
  } catch (error) {
    await giveUp(error, body);
  }
  for (const object of objects) {
    signal.throwIfAborted();
    const replay = encodeCreatedObject(object);
    await run(object, replay, { signal })
      .catch((error: unknown) => giveUp(error, replay))
      .catch((error: unknown) => remaining.push(error));
  }
  if (remaining.length > 0) throw remaining[0];
}
