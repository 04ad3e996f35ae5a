import { type ErrorCode, ServingError } from '../errors.ts';
import type { Lease, ModelCache } from '../serving/loaded-model.ts';
import { type Deadline, within } from './deadline.ts';

/**
 * Borrow the model for one request. Whoever gets the lease gives it back.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST, NOT_IMPLEMENTED (no runtime for its flavor) or
 *   TEMPORARILY_UNAVAILABLE when it cannot be opened, DEADLINE_EXCEEDED
 */
export async function borrowModel(
  cache: ModelCache,
  modelUri: string,
  deadline: Deadline,
): Promise<Lease> {
  const acquiring = cache.acquire(modelUri, { deadlineAtMs: deadline.atMs });
  let lease: Lease | undefined;
  acquiring.then(
    (acquired) => {
      lease = acquired;
    },
    () => {}, // Thrown below, by the same promise.
  );
  // A warm model is lent within this turn of the event loop: no timer for it.
  await null;
  return lease ?? waitFor(acquiring, deadline);
}

async function waitFor(acquiring: Promise<Lease>, deadline: Deadline): Promise<Lease> {
  try {
    return await within(acquiring, deadline);
  } catch (error) {
    // After a time-out the model may still come; then nobody is there to give it back.
    acquiring.then(
      (lease) => lease.release(),
      () => {}, // Thrown here already.
    );
    throw error instanceof ServingError ? asServerFault(error) : error;
  }
}

/** Codes that say the same to a client as to us. */
const KEPT_CODES: readonly ErrorCode[] = [
  'RESOURCE_DOES_NOT_EXIST',
  'NOT_IMPLEMENTED',
  'TEMPORARILY_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL_ERROR',
];

/** A refused login or a wrong URI is our set-up's fault: the client must not get a 401 or 400 for it. */
function asServerFault(error: ServingError): ServingError {
  if (KEPT_CODES.includes(error.code)) return error;
  return new ServingError('TEMPORARILY_UNAVAILABLE', error.message, { cause: error });
}
