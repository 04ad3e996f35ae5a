import type { Clock } from '../../src/serving/clock.ts';

/** A clock that moves only when the test says so. */
export interface FakeClock extends Clock {
  /** Move on by `ms` and run the timers that fall due, in their order. */
  advance(ms: number): void;
  /** Move on as a frozen process does: when it wakes, the time is later, then overdue timers fire. */
  freeze(ms: number): void;
  /** Like `freeze` on a paused machine, whose timers do not know how long it stood. */
  pause(ms: number): void;
  readonly timers: number;
}

export function createFakeClock(startMs = 1_000_000): FakeClock {
  let nowMs = startMs;
  const timers = new Set<{ atMs: number; run: () => void }>();
  const fire = (untilMs: number, isFrozen: boolean): void => {
    for (;;) {
      const [next] = [...timers]
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) return;
      timers.delete(next);
      if (!isFrozen) nowMs = Math.max(nowMs, next.atMs);
      next.run();
    }
  };
  return {
    now: () => nowMs,
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      fire(untilMs, false);
      nowMs = untilMs;
    },
    freeze(ms) {
      nowMs += ms;
      fire(nowMs, true);
    },
    pause(ms) {
      nowMs += ms;
      for (const timer of timers) timer.atMs += ms;
    },
    get timers() {
      return timers.size;
    },
  };
}
