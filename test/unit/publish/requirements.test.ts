import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRequirements } from '../../../src/publish/requirements.ts';
import { withoutUserInfo } from '../../../src/publish/without-user-info.ts';

describe('readRequirements', () => {
  it('lists packages, without options, comments and passwords', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'requirements-'));
    const lines = [
      'mlflow==3.17.2\r',
      '--index-url https://me:pw@host/simple',
      '-r other.txt',
      '# all of it',
      'x @ git+https://token@host/x.git#egg=x',
      'y @ https://bucket.s3.amazonaws.com/y.whl?X-Amz-Signature=abc#sha256=12 ; extra == "y"',
      'numpy<3; python_version > "3.9"  # a reason',
    ];
    writeFileSync(join(folder, 'requirements.txt'), lines.join('\n'));

    expect(await readRequirements(folder)).toEqual([
      'mlflow==3.17.2',
      'x @ git+https://host/x.git#egg=x',
      'y @ https://bucket.s3.amazonaws.com/y.whl#sha256=12 ; extra == "y"',
      'numpy<3; python_version > "3.9"',
    ]);
    rmSync(folder, { recursive: true });
    expect(await readRequirements(folder)).toBeUndefined();
  });
});

describe('withoutUserInfo', () => {
  it.each([
    ['https://me:pw@host:5000/a?token=t#x', 'https://host:5000/a'],
    ['https://me:p@ss@host/a', 'https://host/a'],
    ['s3://bucket/a@b', 's3://bucket/a@b'],
    ['models:/wine@champion', 'models:/wine@champion'],
    ['sqlite:///mlflow.db', 'sqlite:///mlflow.db'],
  ])('%s becomes %s', (uri, kept) => {
    expect(withoutUserInfo(uri)).toBe(kept);
  });
});
