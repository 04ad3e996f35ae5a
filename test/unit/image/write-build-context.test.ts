import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { lambdaDoor } from '../../../src/image/lambda-door.ts';
import { writeBuildContext } from '../../../src/image/write-build-context.ts';
import { readModelRequirements } from '../../../src/python-env/read-model-requirements.ts';
import { pyfuncModelOf } from '../../helpers/pyfunc-model.ts';

const ENVIRONMENT = { env: { virtualenv: 'python_env.yaml' } };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'context-'));
  mkdirSync(join(root, 'model'));
  const files = {
    'python_env.yaml': 'python: 3.11.7\ndependencies:\n- -r requirements.txt\n',
    'requirements.txt': 'mlflow==3.17.2\nnumpy==2.4.6',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'model', name), text);
  writeFileSync(join(root, 'handler.zip'), 'zip');
});

async function write(): Promise<string> {
  const model = join(root, 'model');
  const context = join(root, 'image');
  await writeBuildContext(context, {
    model,
    requirements: await readModelRequirements(model, pyfuncModelOf(ENVIRONMENT)),
    bases: { python: 'python:3.11.7-slim-bookworm', node: 'node:24.21.0-bookworm-slim' },
    packages: ['libpq5'],
    door: lambdaDoor('lambda-x64.zip'),
    doorFiles: { 'lambda-x64.zip': join(root, 'handler.zip') },
    image: {
      format: 1,
      model: 'wine',
      modelUri: 'models:/wine/1',
      architecture: 'x64',
      platform: 'aws-lambda',
      requirements: '0123456789abcdef',
      version: '0.1.0',
    },
    title: ['Serves wine.'],
  });
  return context;
}

describe('writeBuildContext', () => {
  it('writes what the Dockerfile copies, and lets nothing else into the build', async () => {
    const context = await write();

    expect(readdirSync(context).sort()).toEqual([
      ...['.dockerignore', 'Dockerfile', 'environment.json', 'image.json', 'lambda-x64.zip'],
      'requirements',
    ]);
    const dockerfile = readFileSync(join(context, 'Dockerfile'), 'utf8');
    expect(dockerfile).toMatch(/install -y --no-install-recommends .*libpq5/);
    expect(readFileSync(join(context, '.dockerignore'), 'utf8').split('\n')).toContain('*');
    expect(readFileSync(join(context, 'environment.json'), 'utf8')).toContain('0123456789abcdef');
  });

  it('replaces what it wrote before', async () => {
    const context = await write();
    writeFileSync(join(context, 'requirements', 'left-over.txt'), 'numpy');

    await write();

    expect(existsSync(join(context, 'requirements', 'left-over.txt'))).toBe(false);
  });

  it.each([
    { name: 'something else', files: ['image.json', 'notes.txt'], says: /already "notes.txt"/ },
    {
      name: 'what looks like its own, but is somebody’s',
      files: ['Dockerfile', 'python'],
      says: /not written by generate-dockerfile/,
    },
  ])('touches nothing in a folder with $name', async ({ files, says }) => {
    const context = join(root, 'image');
    mkdirSync(context);
    for (const name of files) writeFileSync(join(context, name), 'mine');

    await expect(write()).rejects.toThrow(says);

    expect(readdirSync(context).sort()).toEqual(files.toSorted());
  });
});
