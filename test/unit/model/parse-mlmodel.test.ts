import { describe, expect, it } from 'vitest';
import { parseMlModel } from '../../../src/model/parse-mlmodel.ts';

const SAVED_BY_MLFLOW = `flavors:
  onnx:
    code: null
    data: model.onnx
    onnx_session_options:
      intra_op_num_threads: 1
    onnx_version: 1.23.1
    providers:
    - CUDAExecutionProvider
    - CPUExecutionProvider
  python_function:
    data: model.onnx
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.onnx
    python_version: 3.11.7
is_signature_from_type_hint: false
metadata:
  k: v
mlflow_version: 3.11.1
model_id: m-1
model_size_bytes: 316
model_uuid: 77e45
prompts: null
run_id: abc
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  serving_input_path: serving_input_example.json
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}, {"type": "double",
    "name": "b", "required": false}]'
  outputs: null
  params: '[{"name": "t", "default": 0.5, "shape": null, "type": "double"}]'
utc_time_created: '2026-11-22 16:39:49.640704'
`;

describe('parseMlModel', () => {
  it('reads what MLflow writes', async () => {
    const model = await parseMlModel(SAVED_BY_MLFLOW);

    expect(model).toEqual({
      flavors: {
        onnx: {
          code: null,
          data: 'model.onnx',
          onnx_session_options: { intra_op_num_threads: 1 },
          onnx_version: '1.23.1',
          providers: ['CUDAExecutionProvider', 'CPUExecutionProvider'],
        },
        python_function: {
          data: 'model.onnx',
          env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
          loader_module: 'mlflow.onnx',
          python_version: '3.11.7',
        },
      },
      signature: {
        inputs: {
          kind: 'columns',
          inputs: [
            { name: 'a', type: 'double', required: true },
            { name: 'b', type: 'double', required: false },
          ],
        },
        params: [{ name: 't', type: 'double', default: 0.5, shape: null }],
        isFromTypeHint: false,
      },
      inputExample: {
        path: 'input_example.json',
        servingPath: 'serving_input_example.json',
        type: 'dataframe',
      },
      metadata: { k: 'v' },
      modelUuid: '77e45',
      modelId: 'm-1',
      runId: 'abc',
      mlflowVersion: '3.11.1',
    });
  });

  it('accepts an old file: no version, no uuid, env as text, a signature without params', async () => {
    const model = await parseMlModel(
      'flavors:\n  python_function:\n    env: conda.yaml\nsignature:\n  inputs: \'[{"type": "long"}]\'\n  outputs: null\n',
    );

    expect(model.mlflowVersion).toBeUndefined();
    expect(model.modelUuid).toBeUndefined();
    expect(model.signature?.params).toBeUndefined();
    expect(model.inputExample).toBeUndefined();
  });

  it('accepts an onnx flavor alone', async () => {
    const model = await parseMlModel('flavors:\n  onnx:\n    data: model.onnx\n');

    expect(model.flavors).toEqual({ onnx: { data: 'model.onnx' } });
  });

  it('reads YAML that MLflow would not write itself, by the rules of PyYAML', async () => {
    const model = await parseMlModel(
      '# by hand\nflavors: {onnx: {data: model.onnx, list: &a [yes, 1e3, 010]}, python_function: {x: *a}}\nmodel_uuid: 1e5\nrun_id: a\nrun_id: b\n',
    );

    expect(model.flavors).toEqual({
      onnx: { data: 'model.onnx', list: [true, '1e3', 8] },
      python_function: { x: [true, '1e3', 8] },
    });
    expect(model.modelUuid).toBe('1e5');
    expect(model.runId).toBe('b');
  });

  it.each([
    { name: 'a type of a later MLflow', inputs: '[{"type": "quaternion", "name": "q"}]' },
    {
      name: 'a dtype that is none',
      inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float3", "shape": [-1]}}]',
    },
    { name: 'no JSON at all', inputs: 'columns' },
  ])('leaves a signature with $name to Python, and refuses it for ONNX', async ({ inputs }) => {
    const text = (flavor: string) =>
      `flavors:\n  python_function: {}\n  ${flavor}: {}\nsignature:\n  inputs: '${inputs}'\n`;

    expect((await parseMlModel(text('sklearn'))).signature).toBeUndefined();
    await expect(parseMlModel(text('onnx'))).rejects.toThrow(/signature/);
  });

  it('takes a signature of null for no signature', async () => {
    const model = await parseMlModel('flavors:\n  onnx: {}\nsignature: null\n');

    expect(model.signature).toBeUndefined();
  });

  it.each([
    { name: 'text', text: 'just text', message: 'expected a map of keys' },
    { name: 'an empty file', text: '', message: 'expected a map of keys' },
    { name: 'broken YAML', text: 'flavors: {\n', message: 'it is not valid YAML in line' },
    { name: 'deep nesting', text: `a: ${'['.repeat(20_000)}`, message: 'it is not valid YAML' },
    {
      name: 'an alias bomb',
      text: `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((k, i) => `${k}: &${k} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]\n`).join('')}`,
      message: 'it is not valid YAML',
    },
  ])('says in one line that $name is no MLmodel', async ({ text, message }) => {
    const problem = parseMlModel(text);

    await expect(problem).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(
        new RegExp(`^the MLmodel file cannot be read: ${message}[^\n]*$`),
      ),
    });
  });

  it.each([
    { name: 'no flavors', text: 'run_id: a\n', found: 'none' },
    {
      name: 'other flavors',
      text: 'flavors:\n  sklearn:\n    x: 1\n  crate: {}\n',
      found: 'sklearn, crate',
    },
  ])('refuses a model with $name', async ({ text, found }) => {
    await expect(parseMlModel(text)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining(`(flavors found: ${found})`),
    });
  });

  it('refuses a model whose files were never logged', async () => {
    const text = 'flavors:\n  onnx: {}\nmetadata:\n  mlflow.model.isExternal: true\n';

    await expect(parseMlModel(text)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('logged without its files'),
    });
  });

  it('refuses an input example outside the directory', async () => {
    const text =
      'flavors:\n  onnx: {}\nsaved_input_example_info:\n  artifact_path: ../secret\n  type: dataframe\n';

    await expect(parseMlModel(text)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('saved_input_example_info.artifact_path'),
    });
  });

  it('refuses a file larger than any signature', async () => {
    await expect(parseMlModel('x'.repeat(17 * 1024 * 1024))).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('longer than'),
    });
  });
});
