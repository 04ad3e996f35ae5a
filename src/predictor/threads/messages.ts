import type { ThreadError } from '../../threads/thread-error.ts';
import type { RawRequest } from '../predictor.ts';

/** To a thread that has a model open. Requests are answered in the order they were sent. */
export type ToThread = RawRequest | 'close';

/** From the thread; `computingMs` is what the request took it. */
export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unopened'; readonly error: ThreadError }
  | {
      readonly kind: 'answer';
      readonly text: string;
      readonly rows: number;
      readonly computingMs: number;
    }
  | { readonly kind: 'failure'; readonly error: ThreadError; readonly computingMs: number };
