import { describe, expect, it } from 'vitest';
import { findRuntime } from '../../../src/predictor/find-runtime.ts';
import { openPredictor } from '../../../src/predictor/open-predictor.ts';
import type { RawPredictor } from '../../../src/predictor/predictor.ts';
import { pyfuncModelOf } from '../../helpers/pyfunc-model.ts';

const withFlavors = (flavors: Readonly<Record<string, Readonly<Record<string, unknown>>>>) => ({
  ...pyfuncModelOf({}),
  flavors,
});

const PYFUNC = { python_function: {} };
const PYTHON: RawPredictor = {
  kind: 'raw',
  score: async () => ({ text: '{}', rows: 0 }),
  release: async () => {},
};

describe('findRuntime', () => {
  it.each([
    { flavors: { ...PYFUNC, onnx: {} }, auto: 'onnx', node: 'onnx', python: 'python' },
    { flavors: { onnx: {} }, auto: 'onnx', node: 'onnx', python: undefined },
    {
      flavors: { ...PYFUNC, catboost: { save_format: 'onnx' } },
      auto: 'catboost-onnx',
      node: 'catboost-onnx',
      python: 'python',
    },
    { flavors: { ...PYFUNC, sklearn: {} }, auto: 'python', node: undefined, python: 'python' },
    { flavors: { sklearn: {} }, auto: undefined, node: undefined, python: undefined },
  ])('finds $auto, $node and $python for auto, node and python', ({ flavors, ...expected }) => {
    const mlmodel = withFlavors(flavors);

    expect({
      auto: findRuntime(mlmodel),
      node: findRuntime(mlmodel, 'node'),
      python: findRuntime(mlmodel, 'python'),
    }).toEqual(expected);
  });
});

describe('openPredictor', () => {
  it('leaves a model that is no ONNX to Python', async () => {
    const opened = openPredictor('/nowhere', withFlavors(PYFUNC), {
      openPython: async () => PYTHON,
    });

    await expect(opened).resolves.toBe(PYTHON);
  });

  it('never asks Python when the runtime is node', async () => {
    const opened = openPredictor('/nowhere', withFlavors(PYFUNC), {
      runtime: 'node',
      openPython: () => Promise.reject(new Error('asked')),
    });

    await expect(opened).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message: expect.stringMatching(
        /mlflow-serverless convert, if there is a converter for it, or let Python answer with --runtime auto$/,
      ),
    });
  });
});
