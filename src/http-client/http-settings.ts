import { type Environment, readBoolean, readNumber, readWholeNumber } from './read-variable.ts';
import type { PauseMs } from './retry-policy.ts';

/** How calls to a tracking server are made, as far as MLflow has variables for it. */
export interface HttpSettings {
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxRedirects: number;
  readonly honorsRetryAfter: boolean;
  /** Absent unless one of MLflow's variables for it is set. */
  readonly pauseMs?: PauseMs;
}

const FACTOR = 'MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR';
const JITTER = 'MLFLOW_HTTP_REQUEST_BACKOFF_JITTER';
const MAX_REDIRECTS = 5;
/** Node's timers hold 31 bits of milliseconds; seconds. */
const LONGEST_TIMEOUT_SECONDS = 2_000_000;

/**
 * Read MLflow's variables for HTTP calls.
 *
 * `MLFLOW_HTTP_REQUEST_TIMEOUT` is the total of one call with its retries here, 30 s if not set; in
 * MLflow it is one attempt's of eight, 120 s: minutes that a function does not have.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a variable that cannot be understood
 */
export function readHttpSettings(environment: Environment): HttpSettings {
  const seconds = readWholeNumber(environment, 'MLFLOW_HTTP_REQUEST_TIMEOUT', {
    fallback: 30,
    least: 1,
  });
  const redirects = readBoolean(environment, 'MLFLOW_ALLOW_HTTP_REDIRECTS', true);
  return {
    timeoutMs: 1000 * Math.min(seconds, LONGEST_TIMEOUT_SECONDS),
    retries: readWholeNumber(environment, 'MLFLOW_HTTP_REQUEST_MAX_RETRIES', { fallback: 3 }),
    maxRedirects: redirects ? MAX_REDIRECTS : 0,
    honorsRetryAfter: readBoolean(environment, 'MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER', true),
    ...((environment[FACTOR] || environment[JITTER]) && {
      pauseMs: pausesOfMlflow(
        readWholeNumber(environment, FACTOR, { fallback: 2 }),
        readNumber(environment, JITTER, 1),
      ),
    }),
  };
}

/** Longest pause of MLflow's HTTP library; seconds. */
const LONGEST_PAUSE_SECONDS = 120;

/**
 * None before the first retry, then `factor` times 2, 4, 8, … and up to `jitter` more.
 *
 * Units: seconds in, ms out.
 *
 * @see urllib3/util/retry.py, `get_backoff_time`
 */
const pausesOfMlflow =
  (factor: number, jitter: number): PauseMs =>
  (retry) => {
    if (retry <= 1) return 0;
    const seconds = factor * 2 ** (retry - 1) + Math.random() * jitter;
    return 1000 * Math.min(seconds, LONGEST_PAUSE_SECONDS);
  };
