import { ServingError } from '../errors.ts';

/** What one request may cost. MLflow's server has no limits; a function that runs out of memory has one anyway. */
export interface RequestLimits {
  /** Largest request body; bytes, after base64. */
  readonly maxBodyBytes: number;
  /** Most rows in one request. */
  readonly maxRows: number;
  /** Deepest nesting of JSON lists and objects. */
  readonly maxDepth: number;
}

/** 100 MiB is what MLflow's own container lets through (its nginx: `client_max_body_size 100m`). */
export const DEFAULT_LIMITS: RequestLimits = {
  maxBodyBytes: 100 * 2 ** 20,
  maxRows: 1_000_000,
  maxDepth: 500,
};

/** @throws {ServingError} REQUEST_TOO_LARGE naming the limit */
export function refuseLargeBody(body: string | Uint8Array, maxBytes: number): void {
  // UTF-8 takes at most 3 bytes for each of a string's units: only a long one is worth counting.
  if (body.length * 3 <= maxBytes) return;
  const sizeBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  if (sizeBytes > maxBytes) throw bodyTooLarge(maxBytes);
}

/** For a body that was not even read to its end. */
export const bodyTooLarge = (maxBytes: number): ServingError =>
  new ServingError(
    'REQUEST_TOO_LARGE',
    `the request body is larger than ${maxBytes} bytes, the limit of this server: send fewer rows at once`,
  );
