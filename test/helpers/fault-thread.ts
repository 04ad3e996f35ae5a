import { parentPort } from 'node:worker_threads';
import { serveRequests } from '../../src/predictor/threads/serve-requests.ts';

/** A thread whose model does what the body says. */
const score = ({ body }: { readonly body: string | Uint8Array }) => {
  switch (String(body)) {
    case 'exit':
      return process.exit(3);
    case 'loop':
      for (;;); // as a model that hangs
    case 'throw':
      setImmediate(() => {
        throw new Error('from nowhere');
      });
      return new Promise<never>(() => {});
    default:
      return { text: `of ${body}`, rows: 1 };
  }
};

if (parentPort) {
  void serveRequests(parentPort, async () => ({ score, close: async () => {} }));
}
