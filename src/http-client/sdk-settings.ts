import type { Environment } from './read-variable.ts';

/** Unless `AWS_MAX_ATTEMPTS` says otherwise. */
const ATTEMPTS = 5;

/** How often AWS's SDK repeats a call that failed for a moment. */
export const sdkRetries = (environment: Environment) => ({
  maxAttempts: Number(environment['AWS_MAX_ATTEMPTS']) || ATTEMPTS,
  retryMode: 'standard',
});

/** When AWS's SDK gives a connection up; ms. */
export const SDK_TIMEOUTS = {
  /** No new connection in this time: the service is down. */
  connectionTimeout: 5_000,
  /** A connection without a byte this long is dead; a long poll of SQS takes 20 s. */
  socketTimeout: 30_000,
};
