import type { HttpHandler } from '../../http/http-message.ts';
import type { Log } from '../../log.ts';
import type { LambdaHttpEvent } from './lambda-events.ts';
import { createLambdaHandler, type LambdaContext } from './lambda-handler.ts';
import type { LambdaResult } from './lambda-result.ts';

export interface EventsDoor {
  readonly answer: HttpHandler;
  /** Work for an event that is no HTTP request. */
  findTask(event: unknown): ((options: { signal: AbortSignal }) => Promise<void>) | undefined;
}

export type EventsLambdaHandler = (
  event: unknown,
  context: LambdaContext,
) => Promise<LambdaResult | undefined>;

/** To end by ourselves, and say why, before the platform ends us; ms. */
const MARGIN_MS = 2_000;

/**
 * Open a receiver of webhooks to Lambda: HTTP events, schedules, and what the function sent to itself.
 *
 * A task that fails is logged here; the bare error that is thrown has Lambda try again.
 */
export function createEventsLambdaHandler(door: EventsDoor, log: Log): EventsLambdaHandler {
  const answerHttp = createLambdaHandler(door.answer);
  return async (event, context) => {
    const task = door.findTask(event);
    if (task === undefined) return answerHttp(event as LambdaHttpEvent, context);
    const remainingMs = context.getRemainingTimeInMillis() - MARGIN_MS;
    const signal = AbortSignal.timeout(Math.max(0, remainingMs));
    try {
      await task({ signal });
      return undefined;
    } catch (error) {
      log.error('a task could not be finished; it is tried again', { error });
      throw new Error('the task could not be finished: the line before this one says why');
    }
  };
}
