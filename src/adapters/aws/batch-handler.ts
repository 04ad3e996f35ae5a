import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Log } from '../../log.ts';
import { type CreatedObject, parseCreatedObjects } from './batch-events.ts';
import type { LambdaContext } from './lambda-handler.ts';

/** Scores one object; resolves when its manifest is written, or was there already. */
export type RunObject = (
  object: CreatedObject,
  options: { readonly signal: AbortSignal },
) => Promise<void>;

export type BatchLambdaHandler = (
  event: SQSEvent,
  context: LambdaContext,
) => Promise<SQSBatchResponse>;

/** To end by ourselves, and leave no half upload, before the platform ends us; ms. */
const MARGIN_MS = 10_000;

/**
 * Open batch scoring to a queue: only messages that failed come again, and after the last try they go to the
 * dead-letter queue.
 *
 * One file after the other: each may take all the memory that a job is given. The event source must have
 * `ReportBatchItemFailures`. A message of several objects comes again as a whole; those that are done are done.
 */
export function createBatchLambdaHandler(run: RunObject, log: Log): BatchLambdaHandler {
  return (event, context) => {
    const remainingMs = context.getRemainingTimeInMillis() - MARGIN_MS;
    const signal = AbortSignal.timeout(Math.max(0, remainingMs));
    const work = async (message: SQSRecord): Promise<void> => {
      try {
        await runAll(message.body, (object) => run(object, { signal }), signal);
      } catch (error) {
        log.error('a message of the batch queue could not be worked off', {
          messageId: message.messageId,
          received: Number(message.attributes.ApproximateReceiveCount),
          error,
        });
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
async function runAll(
  body: string,
  run: (object: CreatedObject) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const failures: unknown[] = [];
  for (const object of parseCreatedObjects(body)) {
    signal.throwIfAborted();
    await run(object).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
