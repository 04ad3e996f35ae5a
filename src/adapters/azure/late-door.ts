import type { HttpHandler as AzureHandler } from '@azure/functions';
import { ServingError } from '../../errors.ts';
import { errorResponse } from '../../http/error-response.ts';
import type { Log } from '../../log.ts';
import { onceUnlessFailed } from '../../once.ts';
import { toAzureResponse } from './http-messages.ts';

export interface LateDoor<T> {
  /** Never rejects. */
  readonly handler: AzureHandler;
  /** @throws what opening threw */
  open(): Promise<T>;
}

/**
 * A handler that can be registered before what it answers with is open: functions are taken only while the entry file loads.
 *
 * What fails to open is logged, and tried again by the next request. A setting that cannot be read is not the caller's mistake: the
 * answer is 500 where its own error were 400, and only the log says which setting it is.
 */
export function createLateDoor<T extends { readonly handler: AzureHandler }>(
  openDoor: () => Promise<T>,
  log: Log,
): LateDoor<T> {
  const open = onceUnlessFailed(async () => {
    try {
      return await openDoor();
    } catch (error) {
      log.error('the function app cannot answer: it is not set up', { error });
      throw error;
    }
  });
  return {
    open,
    async handler(request, context) {
      let door: T;
      try {
        door = await open();
      } catch (error) {
        return toAzureResponse(errorResponse(asOurFault(error)), request.method);
      }
      return door.handler(request, context);
    },
  };
}

const asOurFault = (error: unknown): ServingError =>
  error instanceof ServingError && error.status >= 500
    ? error
    : new ServingError('INTERNAL_ERROR', 'the function app is not set up: its log says why');
