import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Audit, auditDirectory } from '../../../src/audit/audit-directory.ts';
import type { AuditContext } from '../../../src/audit/subject.ts';
import { externalInitializer, node, onnxModel, tensorType } from '../../helpers/onnx-proto.ts';
import { linearModel } from '../../helpers/tiny-onnx.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const context: AuditContext = {
  modelUri: 'models:/m@champion',
  version: undefined,
  stages: [],
  converters: ['sklearn'],
  nowMs: Date.parse('2026-01-01'),
  arePicklesAllowed: true,
};

function write(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'audit-'));
  directories.push(directory);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

const column = (type: string, name: string) => `{"type": "${type}", "name": "${name}"}`;

const signature = (...columns: string[]) => `signature:\n  inputs: '[${columns.join(', ')}]'\n`;

const MLMODEL_ONNX = `flavors:
  onnx: {data: model.onnx}
  python_function: {loader_module: mlflow.onnx, python_version: 3.11.7}
mlflow_version: 3.1.0
saved_input_example_info: {artifact_path: e.json, serving_input_path: s.json, type: dataframe}
`;

const MLMODEL_SKLEARN = `flavors:
  python_function: {loader_module: mlflow.sklearn, model_path: model.pkl, python_version: 3.11.7}
  sklearn: {pickled_model: model.pkl, sklearn_version: 1.5.0}
mlflow_version: 3.1.0
saved_input_example_info: {artifact_path: e.json, serving_input_path: s.json, type: dataframe}
${signature(column('double', 'a'))}`;

const ENVIRONMENT = {
  'python_env.yaml':
    'python: 3.11.7\nbuild_dependencies: []\ndependencies: [-r requirements.txt]\n',
  'requirements.txt': 'mlflow==3.1.0\nscikit-learn==1.5.0\n',
  'e.json': '{}',
  's.json': '{}',
};

const sklearn = (files: Readonly<Record<string, string>> = {}) =>
  write({ MLmodel: MLMODEL_SKLEARN, ...ENVIRONMENT, 'model.pkl': 'never opened', ...files });

const onnx = (columns: string, graph: Uint8Array = linearModel(2)) =>
  write({ MLmodel: MLMODEL_ONNX + columns, ...ENVIRONMENT, 'model.onnx': graph });

const severities = ({ findings }: Audit) =>
  Object.fromEntries(findings.map(({ id, severity }) => [id, severity]));

const floats = signature(column('float', 'a'), column('float', 'b'));

describe('auditDirectory', () => {
  it('does not call the log of a conversion unneeded', async () => {
    const audit = await auditDirectory(sklearn({ 'onnx/convert.log': 'x' }), context);

    expect(severities(audit)).not.toHaveProperty('file-unneeded');
  });

  it('says of a pickled model that Python answers, and that a converter is there', async () => {
    const audit = await auditDirectory(sklearn(), context);

    expect(audit).toMatchObject({ runtime: 'python', convertible: 'sklearn', files: 6 });
    expect(severities(audit)).toEqual({
      'needs-python': 'note',
      converts: 'note',
      pickle: 'warning',
    });
  });

  it('names a way out of a pickle that the flavor has', async () => {
    const custom = MLMODEL_SKLEARN.replace('mlflow.sklearn', 'mlflow.pyfunc.model');
    const fixOf = ({ findings }: Audit) => findings.find(({ id }) => id === 'pickle')?.fix;

    expect(fixOf(await auditDirectory(sklearn(), context))).toContain('convert the model to ONNX');
    expect(fixOf(await auditDirectory(sklearn({ MLmodel: custom }), context))).toBe(
      'log the model from code: python_model="model.py" instead of an object',
    );
  });

  it('refuses pickles where MLflow would', async () => {
    const audit = await auditDirectory(sklearn(), { ...context, arePicklesAllowed: false });

    expect(severities(audit)).toMatchObject({ 'pickle-refused': 'error' });
  });

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
    [
      'other versions',
      { 'requirements.txt': 'mlflow==3.2.0\nscikit-learn==1.6.0' },
      { 'library-mismatch': 'warning', 'mlflow-mismatch': 'warning' },
    ],
    [
      'an old Python',
      { 'python_env.yaml': 'python: 3.8.1\ndependencies: []' },
      { 'python-end-of-life': 'warning', 'python-mismatch': 'warning' },
    ],
    [
      'a very old Python',
      { 'python_env.yaml': 'python: 3.7.1\ndependencies: []' },
      { 'python-end-of-life': 'error' },
    ],
    [
      'two Pythons',
      { 'conda.yaml': 'dependencies: [python=3.10.2]' },
      { 'python-mismatch': 'warning' },
    ],
    [
      'a path outside',
      { 'requirements.txt': '-r ../other.txt' },
      { 'requirements-invalid': 'error' },
    ],
    [
      'an index',
      { 'requirements.txt': '--index-url http://pypi.example/\nmlflow==3.1.0' },
      { 'package-index-insecure': 'warning' },
    ],
    [
      'variables',
      { 'environment_variables.txt': '# comment\nOPENAI_API_KEY\n' },
      { 'environment-variables': 'note' },
    ],
    ['caches', { 'code/__pycache__/a.pyc': '' }, { 'file-unneeded': 'note' }],
    ['no MLmodel that can be read', { MLmodel: 'flavors: [' }, { 'mlmodel-invalid': 'error' }],
    [
      'a path in MLmodel',
      { MLmodel: MLMODEL_SKLEARN.replaceAll('model.pkl', '../m.pkl') },
      { 'path-outside': 'error' },
    ],
    [
      'a missing file',
      { MLmodel: MLMODEL_SKLEARN.replaceAll('model.pkl', 'gone.pkl') },
      { 'file-missing': 'error' },
    ],
    [
      'an old MLflow',
      { MLmodel: MLMODEL_SKLEARN.replace('3.1.0', '1.30.0') },
      { 'mlflow-old': 'warning' },
    ],
    [
      'no signature',
      { MLmodel: MLMODEL_SKLEARN.split('signature')[0] as string },
      { 'signature-missing': 'warning' },
    ],
    [
      'no example',
      { MLmodel: MLMODEL_SKLEARN.replace(/saved_.*/, '') },
      { 'example-missing': 'warning' },
    ],
  ])('finds %s', async (_, files, expected) => {
    const audit = await auditDirectory(sklearn(files), context);

    expect(severities(audit)).toMatchObject(expected);
  });

  it('finds Python that ends soon by the clock it is given', async () => {
    const audit = await auditDirectory(sklearn(), { ...context, nowMs: Date.parse('2027-09-01') });

    expect(severities(audit)).toMatchObject({ 'python-ends-soon': 'note' });
  });

  it('takes environments for notes where ONNX Runtime answers', async () => {
    const directory = onnx(floats);
    writeFileSync(join(directory, 'requirements.txt'), 'numpy\n');

    expect(severities(await auditDirectory(directory, context))).toEqual({
      'requirement-unpinned': 'note',
      'float-column': 'note',
    });
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    [
      'doubles',
      signature(column('double', 'a'), column('long', 'b')),
      { 'double-rounded': 'note', 'integer-column': 'note' },
    ],
    [
      'integers alone',
      signature(column('long', 'a'), column('long', 'b')),
      { 'dtype-refused': 'error' },
    ],
    [
      'lists',
      `signature:\n  inputs: '[{"type": "array", "items": {"type": "double"}, "name": "a"}]'\n`,
      { 'nested-type': 'error' },
    ],
    [
      'a tensor of integers',
      `signature:\n  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1, 2]}}]'\n`,
      { 'dtype-refused': 'error' },
    ],
  ])('says what becomes of %s in a graph of floats', async (_, columns, expected) => {
    expect(severities(await auditDirectory(onnx(columns), context))).toMatchObject(expected);
  });

  it('finds operator sets of the future, weights that are not there, and what is no ONNX', async () => {
    const io = {
      inputs: [['X', tensorType('float32', ['N', 2])]] as const,
      outputs: [['Y', tensorType('float32', ['N', 1])]] as const,
    };
    const nodes = [node('MatMul', ['X', 'W'], ['Y'])];
    const at = (location: string) =>
      onnxModel({
        ...io,
        nodes,
        initializers: [externalInitializer('W', [2, 1], { location, offset: 0, length: 8 })],
        opsets: { '': 99 },
      });

    const ids = async (graph: Uint8Array) =>
      severities(await auditDirectory(onnx(floats, graph), context));

    expect(await ids(at('w.bin'))).toMatchObject({
      'opset-too-new': 'error',
      'external-data-missing': 'error',
    });
    expect(await ids(at('../w.bin'))).toMatchObject({ 'path-outside': 'error' });
    expect(await ids(Buffer.from('no model'))).toMatchObject({ 'onnx-unreadable': 'error' });
  });

  it.each([
    ['a file that is a number', '{data: 5}', 'mlmodel-invalid'],
    ['no file, and none where it would be', '{}', 'file-missing'],
    ['a conversion that is a list', '{data: m.onnx, conversion: [1]}', 'conversion-invalid'],
  ])('finds %s', async (_, flavor, id) => {
    const directory = write({ MLmodel: `flavors:\n  onnx: ${flavor}\n`, 'm.onnx': linearModel() });

    expect(severities(await auditDirectory(directory, context))).toMatchObject({ [id]: 'error' });
  });

  it('finds links, and does not follow them', async () => {
    const directory = sklearn();
    symlinkSync('/etc', join(directory, 'elsewhere'));

    const audit = await auditDirectory(directory, context);

    expect(severities(audit)).toMatchObject({ 'symbolic-link': 'warning' });
    expect(audit.files).toBe(7);
  });

  it('says how the model is named, and what its registry vouches for', async () => {
    const version = { name: 'm', version: '3', source: 's3://bucket/m', tags: {} };
    const audit = await auditDirectory(sklearn(), {
      ...context,
      modelUri: 'models:/m/Staging',
      version,
      stages: ['Staging', 'Production'],
    });

    expect(severities(audit)).toMatchObject({
      'stage-uri': 'warning',
      'stage-current': 'note',
      'no-digests': 'note',
    });
  });

  it('needs an MLmodel', async () => {
    await expect(auditDirectory(write({ 'a.txt': '' }), context)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
  });
});
