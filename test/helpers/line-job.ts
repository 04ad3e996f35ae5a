import type { BatchInput } from '../../src/batch/batch-input.ts';
import type { BatchOutput } from '../../src/batch/batch-output.ts';
import { createLineEngine } from './line-engine.ts';

export const CHUNK_ROWS = 100;

/** The same job for every process of a test: a quarter of the rows may be bad. */
export const lineJob = (input: BatchInput, output: BatchOutput) => ({
  input,
  output,
  model: { name: 'wine', version: '3', digest: 'ab'.repeat(32) },
  options: { chunkRows: CHUNK_ROWS, maxRefusedRatio: 0.25 },
  engine: createLineEngine(),
});
