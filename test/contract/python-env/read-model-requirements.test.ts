import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashRequirements } from '../../../src/python-env/hash-requirements.ts';
import { readModelRequirements } from '../../../src/python-env/read-model-requirements.ts';
import { folderOf } from '../../helpers/model-folder.ts';
import { pyfuncModelOf } from '../../helpers/pyfunc-model.ts';

const MAP = pyfuncModelOf({ env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' } });
const TEXT = pyfuncModelOf({ env: 'conda.yaml' }, '1.20.2');
const PYTHON_ENV =
  'python: 3.11.9\nbuild_dependencies:\n- pip==24.0\n- setuptools\ndependencies:\n- -r requirements.txt\n';

const read = (files: Readonly<Record<string, string>>, mlmodel = MAP) =>
  readModelRequirements(folderOf(files), mlmodel);

describe('readModelRequirements', () => {
  it('reads what MLflow writes, with constraints, includes, options and wheels in their place', async () => {
    const found = await read({
      'python_env.yaml': PYTHON_ENV,
      'requirements.txt':
        '--extra-index-url https://me:secret@example.com/simple\nmlflow==3.17.2\n-c constraints.txt\n-r deps/more.txt\n./wheels/a-1.0-py3-none-any.whl\n',
      'constraints.txt': 'numpy<3\n',
      'deps/more.txt': '-c limits.txt\nsix==1.17.0\n',
      'deps/limits.txt': 'pandas<3\n',
      'wheels/a-1.0-py3-none-any.whl': '',
    });

    expect(found).toEqual({
      python: '3.11',
      exactPython: '3.11.9',
      buildLines: ['pip==24.0', 'setuptools'],
      lines: ['mlflow==3.17.2', 'six==1.17.0', './wheels/a-1.0-py3-none-any.whl'],
      constraints: ['numpy<3', 'pandas<3'],
      options: ['--extra-index-url https://me:secret@example.com/simple'],
      files: ['wheels/a-1.0-py3-none-any.whl'],
      source: 'requirements.txt',
      notes: [],
    });
  });

  it('keeps a Python of 3.10 apart from one of 3.1', async () => {
    const found = await read({ 'python_env.yaml': 'python: 3.10\ndependencies: [mlflow]\n' });

    expect(found.python).toBe('3.10');
  });

  it('adds the MLflow that the model was logged with where none is named', async () => {
    const found = await read({ 'python_env.yaml': PYTHON_ENV, 'requirements.txt': 'six\n' });

    expect(found.lines).toEqual(['six', 'mlflow==3.17.2']);
    expect(found.notes).toEqual(['requirements.txt does not name mlflow; mlflow==3.17.2 is added']);
  });

  it.each([
    'mlflow-skinny==3.17.2',
    'MLflow>=2 ; python_version > "3"',
    './mlflow-3.0-py3-none-any.whl',
  ])('adds none beside %s', async (line) => {
    const files = { 'mlflow-3.0-py3-none-any.whl': '', 'requirements.txt': line };

    expect((await read(files)).lines).toEqual([line]);
  });

  it('takes an old model’s requirements.txt, and the Python of its conda.yaml', async () => {
    const found = await read(
      {
        'conda.yaml':
          'channels: [conda-forge]\ndependencies:\n- python=3.8.18\n- scikit-learn=0.22\n- pip<=23.0\n- pip:\n  - mlflow\n',
        'requirements.txt': 'mlflow==1.20.2\n',
      },
      TEXT,
    );

    expect(found).toMatchObject({
      python: '3.8',
      buildLines: ['pip<=23.0', 'setuptools<81'],
      lines: ['mlflow==1.20.2'],
    });
  });

  it('takes the pip section of a conda.yaml that is alone', async () => {
    const found = await read(
      {
        'conda.yaml':
          'dependencies:\n- conda-forge::python=3.9.7=h12debd9_1\n- pip\n- pip:\n  - mlflow==1.20.2\n  - cloudpickle==1.6.0\nname: mlflow-env\n',
      },
      TEXT,
    );

    expect(found).toMatchObject({
      python: '3.9',
      buildLines: ['pip', 'setuptools<81'],
      lines: ['mlflow==1.20.2', 'cloudpickle==1.6.0'],
      source: 'conda.yaml',
    });
  });

  it.each([
    {
      name: 'packages of conda alone',
      files: {
        'conda.yaml': 'dependencies: [python=3.9, scikit-learn=1.0, libgomp, pip: [mlflow]]\n',
      },
      message: /scikit-learn=1\.0, libgomp.*requirements\.txt beside MLmodel.*--env-manager local/,
    },
    {
      name: 'nothing',
      files: {},
      message:
        /no python_env\.yaml, requirements\.txt or conda\.yaml; write .* --env-manager local/,
    },
    {
      name: 'a file that is not there',
      files: { 'requirements.txt': 'mlflow\n\n-r more.txt\n' },
      message: /requirements\.txt, line 3: there is no file "more\.txt"/,
    },
    {
      name: 'an unknown option, without its value',
      files: { 'requirements.txt': '--password hunter2\n' },
      message: /line 1: --password is no option(?!.*hunter2)/,
    },
    {
      name: 'an include that leaves the folder',
      files: { 'requirements.txt': '-r ../../etc/passwd\n' },
      message: /not in the model directory/,
    },
    {
      name: 'an absolute wheel',
      files: { 'requirements.txt': 'a @ file:///opt/a.whl\n' },
      message:
        /requirements\.txt, line 1 names "\/opt\/a\.whl", which is not in the model directory; name the package/,
    },
    {
      name: 'links to packages elsewhere',
      files: { 'requirements.txt': '--find-links /opt/wheels\n' },
      message: /not in the model directory/,
    },
    {
      name: 'files that include each other',
      files: { 'requirements.txt': '-r requirements.txt\n' },
      message: /too deeply/,
    },
    {
      name: 'YAML that is none',
      files: { 'python_env.yaml': 'python: [\n' },
      message: /python_env\.yaml of the model cannot be read: it is not valid YAML in line \d/,
    },
    {
      name: 'a Python that is no version',
      files: { 'python_env.yaml': 'python: cpython\ndependencies: [mlflow]\n' },
      message: /asks for Python "cpython"; expected a version such as 3\.11\.9/,
    },
  ])('refuses $name', async ({ files, message }) => {
    await expect(read(files)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a link that leads out of the folder', async () => {
    const outside = folderOf({ 'secret.txt': 'six\n' });
    const folder = folderOf({ 'requirements.txt': '-r link.txt\n' });
    symlinkSync(join(outside, 'secret.txt'), join(folder, 'link.txt'));

    await expect(readModelRequirements(folder, MAP)).rejects.toThrow(/not in the model directory/);
  });

  it('refuses an MLmodel that names a file elsewhere', async () => {
    const mlmodel = pyfuncModelOf({ env: { virtualenv: '../python_env.yaml' } });

    await expect(readModelRequirements(folderOf({}), mlmodel)).rejects.toThrow(
      /flavors\.python_function\.env\.virtualenv/,
    );
  });
});

describe('hashRequirements', () => {
  const files = { 'requirements.txt': 'mlflow\n./a.whl\n', 'a.whl': 'one' };
  const hashOf = async (change: Readonly<Record<string, string>> = {}, extra: string[] = []) => {
    const folder = folderOf({ ...files, ...change });
    return hashRequirements(folder, await readModelRequirements(folder, MAP), extra);
  };

  it('is the same for the same requirements in another folder, comments apart', async () => {
    expect(await hashOf({ 'requirements.txt': '# ours\nmlflow\n\n./a.whl\n' })).toBe(
      await hashOf(),
    );
  });

  it('is another for each thing that matters', async () => {
    const hashes = await Promise.all([
      hashOf(),
      hashOf({ 'requirements.txt': 'mlflow==3\n./a.whl\n' }),
      hashOf({ 'a.whl': 'two' }),
      hashOf({ 'requirements.txt': '--pre\nmlflow\n./a.whl\n' }),
      hashOf({ 'requirements.txt': 'mlflow\n./a.whl\n-c c.txt\n', 'c.txt': 'numpy<3\n' }),
      hashOf({ 'conda.yaml': 'dependencies: [python=3.9]\n' }),
      hashOf({}, ['skl2onnx']),
    ]);

    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
