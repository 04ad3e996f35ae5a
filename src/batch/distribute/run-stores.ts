import type { BatchInput } from '../batch-input.ts';
import type { BatchOutput } from '../batch-output.ts';
import type { PlannedInput } from './planned-run.ts';

/** Where the files of a run are, and where its results go. */
export interface RunStores {
  /** The file as it is now. Throws as `openBatchInput`. */
  openInput(name: Pick<PlannedInput, 'uri' | 'versionId'>): Promise<BatchInput>;
  /** Throws as `openBatchOutput`. */
  openOutput(uri: string): Promise<BatchOutput>;
  /** Every file below a prefix, in no particular order. @param uri with a slash at its end */
  listInputs(uri: string): Promise<PlannedInput[]>;
}
