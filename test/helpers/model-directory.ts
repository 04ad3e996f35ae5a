import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MlModel } from '../../src/model/mlmodel.ts';

/** A fresh directory with one file; the caller removes it. */
export function modelDirectory(bytes: Uint8Array, name = 'model.onnx'): string {
  const directory = mkdtempSync(join(tmpdir(), 'model-'));
  writeFileSync(join(directory, name), bytes);
  return directory;
}

/** What the MLmodel of a model with these flavors says, and nothing else. */
export const mlmodelOf = (flavors: MlModel['flavors']): MlModel => ({
  flavors,
  signature: undefined,
  inputExample: undefined,
  metadata: {},
  modelUuid: undefined,
  modelId: undefined,
  runId: undefined,
  mlflowVersion: undefined,
});
