import { ServingError } from '../../../errors.ts';
import type { CountBytes } from '../../../scoring/parquet/page-values.ts';

/** What one page, or one dictionary, holds of a budget. */
export interface PageShare {
  /** Throws REQUEST_TOO_LARGE when the budget is used up. */
  readonly count: CountBytes;
  /** Give all of it back. */
  release(): void;
}

/**
 * The bytes that pages of one row group hold at the same time: a small file can stand for thousands of times its size.
 *
 * @returns opens a share
 */
export function createPageBudget(maxBytes: number): () => PageShare {
  let total = 0;
  return () => {
    let held = 0;
    return {
      count(bytes) {
        total += bytes;
        held += bytes;
        if (total > maxBytes) throw tooLarge(maxBytes);
      },
      release() {
        total -= held;
        held = 0;
      },
    };
  };
}

const tooLarge = (maxBytes: number): ServingError =>
  new ServingError(
    'REQUEST_TOO_LARGE',
    `parquet body: its columns have pages that take more than ${maxBytes} bytes side by side, which is the limit; write the file with smaller pages`,
  );
