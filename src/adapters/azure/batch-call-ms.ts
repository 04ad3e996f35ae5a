/** The host ends a call after 30 minutes (host.json): stop before, and leave no half upload; ms. */
export const BATCH_CALL_MS = 29 * 60_000;
