/** The only clock that scoring knows: what its caller tells it. */
export interface ClockOptions {
  /** What the dates `now` and `today` mean, ms since 1970. Without it they are refused. */
  readonly nowMs?: number;
}
