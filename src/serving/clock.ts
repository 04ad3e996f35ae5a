/** Time as the cache sees it; tests pass one that they move by hand. */
export interface Clock {
  /**
   * Wall clock; ms since epoch.
   *
   * Wall, not monotonic: a paused virtual machine's monotonic clock stands still, and the age of
   * what we know must count the pause.
   */
  now(): number;
  /** Call `run` once after `delayMs`, without keeping the process alive; the result cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
