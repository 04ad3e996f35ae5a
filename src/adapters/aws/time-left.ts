import type { LambdaContext } from './lambda-handler.ts';

/** To end by ourselves, and leave no half upload, before the platform ends us; ms. */
const MARGIN_MS = 10_000;

export interface TimeLeft {
  /** Set off a little before the platform ends the call. */
  readonly signal: AbortSignal;
  /** Until then, when it began; ms, never below 0. */
  readonly totalMs: number;
  /** Until then, from now; ms, never below 0. */
  remainingMs(): number;
}

/** How long a call may still work. */
export function timeLeft(context: Pick<LambdaContext, 'getRemainingTimeInMillis'>): TimeLeft {
  const remainingMs = () => Math.max(0, context.getRemainingTimeInMillis() - MARGIN_MS);
  const totalMs = remainingMs();
  return { signal: AbortSignal.timeout(totalMs), totalMs, remainingMs };
}
