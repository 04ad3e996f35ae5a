import { ServingError } from '../errors.ts';
import { Interrupted } from './interrupted.ts';
import { stopSignal } from './stop-signal.ts';

/**
 * A signal that ctrl-C sets off, so that a command can put things back before it ends; a second
 * ctrl-C ends it at once.
 *
 * @param fate what has become of the work, in a few words
 * @param timeoutMs sets it off, too. @default never
 */
export function untilInterrupted(fate: string, timeoutMs?: number): AbortSignal {
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort(new Interrupted(`interrupted: ${fate}`)));
  if (timeoutMs !== undefined) {
    const tooLate = () => stop.abort(tookTooLong(fate, timeoutMs));
    setTimeout(tooLate, timeoutMs).unref();
  }
  return stop.signal;
}

const tookTooLong = (fate: string, timeoutMs: number): ServingError =>
  new ServingError('DEADLINE_EXCEEDED', `stopped after ${timeoutMs / 1000} s (--timeout): ${fate}`);
