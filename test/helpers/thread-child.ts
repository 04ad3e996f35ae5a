import { parentPort, workerData } from 'node:worker_threads';
import { serveThread } from '../../src/batch/threads/serve-thread.ts';
import { badRequest } from '../../src/errors.ts';

/** A thread that does what its item says. */
async function open() {
  if (workerData === 'broken') throw badRequest('it cannot be opened');
  return {
    async run(item: string) {
      if (item === 'refuse') throw badRequest('is bad');
      if (item === 'raise') throw new TypeError('a fault');
      if (item === 'exit') process.exit(3);
      return { result: item.toUpperCase(), transfer: [] };
    },
    close: async () => {},
  };
}

if (parentPort) void serveThread(parentPort, open);
