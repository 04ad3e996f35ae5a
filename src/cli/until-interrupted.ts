import { Interrupted } from './interrupted.ts';
import { stopSignal } from './stop-signal.ts';

/**
 * A signal that ctrl-C sets off, so that a command can put things back before it ends; a second
 * ctrl-C ends it at once.
 *
 * @param message what has become of the work, in a few words
 * @param timeoutMs sets it off, too. @default never
 */
export function untilInterrupted(message: string, timeoutMs?: number): AbortSignal {
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort(new Interrupted(message)));
  return timeoutMs === undefined
    ? stop.signal
    : AbortSignal.any([stop.signal, AbortSignal.timeout(timeoutMs)]);
}
