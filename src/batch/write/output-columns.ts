import type { Schema } from '../../model/signature.ts';
import type { Chunk } from '../chunk.ts';
import type { ScoredChunk } from '../scored-chunk.ts';
import { acceptedRows } from './accepted-rows.ts';
import { freeName, type NamedColumn, namedColumns } from './column-names.ts';
import { inputFrame } from './input-frame.ts';
import { knownColumns } from './known-columns.ts';

export interface OutputColumnsOptions {
  readonly keepsInputs: boolean;
  /** Of the model's inputs. */
  readonly schema: Schema | undefined;
}

/** The columns of an output file: the input's, where they are kept, then the predictions. Refused rows are in neither. */
export function outputColumns(
  chunk: Chunk,
  scored: ScoredChunk,
  { keepsInputs, schema }: OutputColumnsOptions,
): NamedColumn[] {
  const predictions = namedColumns(knownColumns(scored.predictions));
  if (!keepsInputs) return predictions;
  const inputs = namedColumns(inputFrame(chunk, acceptedRows(scored), schema));
  const taken = new Set(inputs.map(({ name }) => name));
  for (const { name, column } of predictions) {
    const free = freeName(name, (other) => taken.has(other));
    inputs.push({ name: free, column });
  }
  return inputs;
}
