import type { HttpHandler as AzureHandler } from '@azure/functions';
import { errorResponse } from '../../http/error-response.ts';
import type { HttpHandler, HttpResponse } from '../../http/http-message.ts';
import { type ReadRequestOptions, toAzureResponse, toHttpRequest } from './http-messages.ts';
import type { FindRefusal } from './require-token.ts';

/**
 * How long Azure's front end waits for an answer, whatever the function's own time-out is; ms.
 *
 * @see https://learn.microsoft.com/en-us/azure/azure-functions/functions-scale#timeout
 */
const FRONT_END_TIMEOUT_MS = 230_000;

export interface AzureHandlerOptions extends ReadRequestOptions {
  /** @default 230,000 ms */
  readonly frontEndTimeoutMs?: number;
  /** Asked before the body is read. @default the platform has checked callers */
  readonly findRefusal?: FindRefusal;
}

/** Open the core to Azure Functions. Never rejects: the platform would answer a bare 500. */
export function createAzureHandler(
  answer: HttpHandler,
  options: AzureHandlerOptions,
): AzureHandler {
  const { frontEndTimeoutMs = FRONT_END_TIMEOUT_MS, findRefusal } = options;
  return async (request, { invocationId: requestId }) => {
    const deadlineMs = Date.now() + frontEndTimeoutMs;
    const { method } = request;
    let response: HttpResponse;
    try {
      const refusal = await findRefusal?.(request.headers.get('authorization'));
      if (refusal !== undefined) return toAzureResponse(refusal, method, options);
      response = await answer(await toHttpRequest(request, options), { requestId, deadlineMs });
    } catch (error) {
      response = errorResponse(error);
    }
    return toAzureResponse(response, method, options);
  };
}
