import type { BatchFormat, BatchOptions } from '../batch/batch-options.ts';
import type { EndpointOptions } from './endpoint-options.ts';

export interface BatchCommandOptions extends EndpointOptions {
  readonly input: string;
  readonly output: string;
  readonly inputFormat?: BatchFormat;
  readonly outputFormat?: BatchFormat;
  readonly inputs: boolean;
  readonly maxRefusedRatio?: number;
  readonly chunkRows?: number;
  readonly workers?: number;
  readonly json?: boolean;
  /** Score in this process, also what could be handed over. */
  readonly here?: boolean;
  readonly stateMachine?: string;
  readonly functionApp?: string;
}

/** What was said on the command line, and decides about the bytes of the output. */
export const jobOptions = (options: BatchCommandOptions): BatchOptions => ({
  ...(!options.inputs && { keepsInputs: false }),
  ...(options.maxRefusedRatio !== undefined && { maxRefusedRatio: options.maxRefusedRatio }),
  ...(options.inputFormat !== undefined && { inputFormat: options.inputFormat }),
  ...(options.outputFormat !== undefined && { outputFormat: options.outputFormat }),
  ...(options.chunkRows !== undefined && { chunkRows: options.chunkRows }),
});
