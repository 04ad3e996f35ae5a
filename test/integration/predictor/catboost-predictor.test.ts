import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { column, frame } from '../../../src/model/frame.ts';
import { ndArray } from '../../../src/model/nd-array.ts';
import { openCatBoostPredictor } from '../../../src/predictor/onnx/catboost-predictor.ts';
import { openPredictor } from '../../../src/predictor/open-predictor.ts';
import { mlmodelOf, modelDirectory } from '../../helpers/model-directory.ts';
import { initializer, node, onnxModel, tensorType } from '../../helpers/onnx-proto.ts';
import { treeModel } from '../../helpers/tiny-onnx.ts';

/** Graphs of the form CatBoost 1.2 writes: `predictions` is [N][1]. */
const regressor = onnxModel({
  nodes: [node('MatMul', ['features', 'W'], ['predictions'])],
  initializers: [initializer('W', [2, 1], [1, 10])],
  inputs: [['features', tensorType('float32', ['N', 2])]],
  outputs: [['predictions', tensorType('float32', ['N', 1])]],
});

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function open(model: Uint8Array, modelType: string) {
  const directory = modelDirectory(model, 'model.cb');
  directories.push(directory);
  const catboost = { data: 'model.cb', save_format: 'onnx', model_type: modelType };
  return openCatBoostPredictor(directory, mlmodelOf({ catboost, python_function: {} }));
}

describe('a CatBoost model saved as ONNX', () => {
  const table = frame(2, [
    column('a', 'int64', BigInt64Array.of(0n, 1n)),
    column('b', 'float64', Float64Array.of(0.5, 2)),
  ]);

  it('answers labels as a column of rows when it is a classifier', async () => {
    const predictor = await open(
      treeModel({ labels: ['no', 'maybe', 'yes'] }),
      'CatBoostClassifier',
    );

    expect(predictor.predict(table, null)).toEqual(ndArray('object', [2, 1], ['no', 'yes']));
    await predictor.release();
  });

  it('answers one double per row when it is a regressor, for integers too', async () => {
    const predictor = await open(regressor, 'CatBoostRegressor');
    const row = ndArray('int64', [2], BigInt64Array.of(1n, 2n));

    expect(predictor.predict(table, null)).toEqual(ndArray('float64', [2], Float64Array.of(5, 21)));
    expect(predictor.predict(row, null)).toBe(21);
    await predictor.release();
  });

  it('refuses text with 400', async () => {
    const predictor = await open(regressor, 'CatBoostRegressor');

    expect(() => predictor.predict(ndArray('str', [1, 2], ['a', 'b']), null)).toThrow(
      expect.objectContaining({
        code: 'BAD_REQUEST',
        message: expect.stringContaining('gave str'),
      }),
    );
    await predictor.release();
  });

  it('refuses to open a classifier whose raw scores would be asked for', async () => {
    await expect(open(treeModel(), 'CatBoost')).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message: expect.stringContaining('log it as CatBoostClassifier'),
    });
  });
});

describe('openPredictor', () => {
  it.each([
    { flavors: { sklearn: {}, python_function: {} }, found: 'sklearn' },
    { flavors: { catboost: { save_format: 'cbm' }, spark: {} }, found: 'catboost, spark' },
    { flavors: { python_function: {} }, found: 'python_function' },
  ])('says what it cannot serve, and what to do: $found', async ({ flavors, found }) => {
    await expect(openPredictor('/nowhere', mlmodelOf(flavors))).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message: expect.stringMatching(
        new RegExp(`^the model's flavor is ${found}; only onnx can be served: convert it .*`),
      ),
    });
  });
});
