import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Items between two looks: each costs about a millisecond. */
const EVERY = 4;

/**
 * Free the buffers of items that are done, every few of them.
 *
 * V8 counts its own objects, and lets tens of megabytes of buffers gather in each thread before it looks for those that nobody
 * uses. With a main thread and two others that scored 4.2 million rows of Parquet, it was 100 MiB of 550.
 *
 * @returns to be called after each item
 */
export function createBufferFreer(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
  let done = 0;
  return () => {
    if (++done % EVERY === 0) collect({ type: 'minor' });
  };
}
