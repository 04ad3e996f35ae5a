import type { MessagePort } from 'node:worker_threads';
import { toThreadError } from '../../threads/thread-error.ts';
import { createBufferFreer } from './free-buffers.ts';
import type { ThreadAnswer, ThreadRequest } from './thread-pool.ts';

export interface ThreadWork<Item, Result> {
  run(item: Item): Promise<{ result: Result; transfer: readonly ArrayBuffer[] }>;
  close(): Promise<void>;
}

/** The other end of a thread of the pool: open, then do one item after the other until the pool closes it. */
export async function serveThread<Item, Result>(
  port: MessagePort,
  open: () => Promise<ThreadWork<Item, Result>>,
): Promise<void> {
  const answer = (message: ThreadAnswer<Result>, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, [...transfer]);

  const freeBuffers = createBufferFreer();
  const opening = open();
  port.on('message', async (request: ThreadRequest<Item>) => {
    if (request.kind === 'close') {
      await opening.then((work) => work.close()).catch(() => {}); // it is over either way
      port.close();
      return;
    }
    const { id, item } = request;
    try {
      const { result, transfer } = await (await opening).run(item);
      answer({ kind: 'done', id, result }, transfer);
    } catch (error) {
      answer({ kind: 'failed', id, error: toThreadError(error) });
    }
    freeBuffers();
  });
  try {
    await opening;
    answer({ kind: 'ready' });
  } catch (error) {
    answer({ kind: 'failed', error: toThreadError(error) });
  }
}
