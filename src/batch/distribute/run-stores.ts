import type { BatchInput } from '../batch-input.ts';
import type { BatchOutput } from '../batch-output.ts';
import type { PlannedInput } from './planned-run.ts';

/** @param key @default the store's own for a file by itself */
export type InputName = Pick<PlannedInput, 'uri' | 'versionId'> &
  Partial<Pick<PlannedInput, 'key'>>;

/** Where the files of a run are, and where its results go. */
export interface RunStores {
  /** The file as it is now. Throws as `openBatchInput`. */
  openInput(name: InputName): Promise<BatchInput>;
  /** Throws as `openBatchOutput`. */
  openOutput(uri: string): Promise<BatchOutput>;
  /** Every file below a prefix, in no particular order. @param uri with a slash at its end */
  listInputs(uri: string): Promise<PlannedInput[]>;
}
