import type { HttpHandler } from '../../http/http-message.ts';
import { isFunctionUrl, type LambdaHttpEvent, requestFromEvent } from './lambda-events.ts';
import { type LambdaResult, resultFor } from './lambda-result.ts';

/** The part of Lambda's context that this adapter reads. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export type LambdaHandler = (
  event: LambdaHttpEvent,
  context: LambdaContext,
) => Promise<LambdaResult>;

/**
 * How long the front waits by default: API Gateway 29 s, ms.
 *
 * Counted from the start of the invocation. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const GATEWAY_TIMEOUT_MS = 29_000;

export interface LambdaHandlerOptions {
  /** @default 29,000 ms - later than this nobody listens, whatever the function's own time-out is */
  readonly gatewayTimeoutMs?: number;
}

/** Open the core to Lambda: one handler for all kinds of HTTP events. */
export function createLambdaHandler(
  answer: HttpHandler,
  { gatewayTimeoutMs = GATEWAY_TIMEOUT_MS }: LambdaHandlerOptions = {},
): LambdaHandler {
  return async (event, context) => {
    const request = requestFromEvent(event);
    const functionMs = context.getRemainingTimeInMillis();
    const remainingMs = isFunctionUrl(event) ? functionMs : Math.min(functionMs, gatewayTimeoutMs);
    const response = await answer(request, {
      requestId: context.awsRequestId,
      deadlineMs: Date.now() + remainingMs,
    });
    return resultFor(event, request.method, response);
  };
}
