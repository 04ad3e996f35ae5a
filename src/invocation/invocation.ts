import type { LoadedModel } from '../serving/loaded-model.ts';
import type { RequestLimits } from './limits.ts';

/** One POST to `/invocations`, or one file given to `predict`. */
export interface Invocation {
  readonly contentType: string | undefined;
  readonly body: string | Uint8Array;
  readonly model: LoadedModel;
  readonly limits: RequestLimits;
  /** @default true - false reads CSV without the signature's types, as `mlflow models predict` does */
  readonly hasTypedCsv?: boolean;
  /** When the answer is of no use any more; ms since epoch. A model in a process of its own is stopped then. */
  readonly deadlineAtMs?: number;
}
