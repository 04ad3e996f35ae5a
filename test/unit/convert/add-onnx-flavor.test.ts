import { describe, expect, it } from 'vitest';
import { addOnnxFlavor } from '../../../src/convert/add-onnx-flavor.ts';
import { parseMlModel } from '../../../src/model/parse-mlmodel.ts';

const WRITTEN = `artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.11.9
  sklearn:
    code: null
    pickled_model: model.pkl
mlflow_version: 3.17.2
signature:
  inputs: '[{"type": "double", "name": "x", "required": true}]'
  outputs: null
  params: null
`;
const ADDED = `  onnx:
    code: null
    conversion: onnx/conversion.json
    data: onnx/model.onnx
    onnx_version: '1.23.2'
    providers:
    - CPUExecutionProvider
`;

describe('addOnnxFlavor', () => {
  it('adds its lines where the alphabet wants them, and touches no other byte', async () => {
    const text = await addOnnxFlavor(WRITTEN, '1.23.2');

    expect(text).toBe(WRITTEN.replace('  python_function:\n', `${ADDED}  python_function:\n`));
  });

  it('adds them at the end, when no flavor comes after', async () => {
    const before =
      'flavors:\n  lightgbm:\n    data: model.pkl\n  keras:\n    data: data\n  onnn: {}\n  python_function: {}\nmlflow_version: 1.0\n';
    const text = await addOnnxFlavor(before.replace('  python_function: {}\n', ''), '1.23.2').catch(
      (error: Error) => error.message,
    );

    expect(text).toContain('  onnn: {}\n  onnx:\n');
  });

  it.each([
    { name: 'Windows line ends', text: WRITTEN.replaceAll('\n', '\r\n') },
    {
      name: 'flavors in one line',
      text: 'flavors: {python_function: {loader_module: mlflow.sklearn}, sklearn: {}}\n',
    },
    {
      name: 'no line end at the end',
      text: 'mlflow_version: 3.17.2\nflavors:\n    python_function:\n        loader_module: mlflow.sklearn',
    },
  ])('keeps what else the file says: $name', async ({ text }) => {
    const { flavors } = await parseMlModel(await addOnnxFlavor(text, '1.23.2'));

    expect(flavors['onnx']).toEqual({
      code: null,
      conversion: 'onnx/conversion.json',
      data: 'onnx/model.onnx',
      onnx_version: '1.23.2',
      providers: ['CPUExecutionProvider'],
    });
    expect(flavors['python_function']?.['loader_module']).toBe('mlflow.sklearn');
  });
});
