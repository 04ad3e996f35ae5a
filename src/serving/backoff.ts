export interface Backoff {
  /** Delay after the first failure; ms. */
  readonly minMs: number;
  /** The delay stops doubling here; ms. */
  readonly maxMs: number;
}

/**
 * How long to leave a failing dependency alone.
 *
 * Half of the delay is random, so that many instances that failed together do not return together.
 *
 * Units: ms; `random` is in [0, 1).
 *
 * @param failures how many in a row, from 1
 */
export function backoffMs(failures: number, { minMs, maxMs }: Backoff, random: number): number {
  const delayMs = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30));
  return delayMs * (0.5 + random / 2);
}

/** Spread a lifetime by ±10 %, so that instances started together do not ask together; ms. */
export const jitteredMs = (lifetimeMs: number, random: number): number =>
  lifetimeMs * (0.9 + random * 0.2);
