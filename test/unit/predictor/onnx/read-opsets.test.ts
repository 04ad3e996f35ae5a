import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOpsets } from '../../../../src/predictor/onnx/read-opsets.ts';
import { modelDirectory } from '../../../helpers/model-directory.ts';
import { linearModel } from '../../../helpers/tiny-onnx.ts';

function opsetsOf(bytes: Uint8Array) {
  const directory = modelDirectory(bytes);
  try {
    return readOpsets(join(directory, 'model.onnx'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('readOpsets', () => {
  it('names every operator set with its version', () => {
    expect(opsetsOf(linearModel())).toEqual({ 'ai.onnx': 17, 'ai.onnx.ml': 3 });
  });

  it.each([
    { name: 'an empty file', bytes: Buffer.alloc(0) },
    { name: 'a text', bytes: Buffer.from('this is no model') },
    { name: 'a file that was cut short', bytes: linearModel().subarray(0, 20) },
  ])('knows nothing of $name', ({ bytes }) => {
    expect(opsetsOf(bytes)).toBeUndefined();
  });
});
