import { describe, expect, it } from 'vitest';
import { logicalLines } from '../../../src/python-env/logical-lines.ts';
import { packageName, parseRequirementLine } from '../../../src/python-env/requirement-line.ts';

describe('logicalLines', () => {
  it('joins continued lines and drops comments and blank ones', () => {
    const text = [
      '\uFEFF# pinned',
      'numpy==2.0 \\',
      '  --hash=sha256:aa \\',
      '  --hash=sha256:bb  # two files',
      '',
      'six \\',
      '# ends it',
      'https://example.com/a.whl#sha256=cc\r',
      'last\\',
    ].join('\n');

    expect(logicalLines(text)).toEqual([
      { text: 'numpy==2.0   --hash=sha256:aa   --hash=sha256:bb', line: 2 },
      { text: 'six', line: 6 },
      { text: 'https://example.com/a.whl#sha256=cc', line: 8 },
      { text: 'last\\', line: 9 },
    ]);
  });
});

describe('parseRequirementLine', () => {
  it.each([
    'numpy==2.4.6',
    'scikit-learn[alldeps]>=1.0,<2 ; python_version >= "3.9"',
    'six --hash=sha256:aa',
    'torch @ https://download.example.com/torch-2.0.whl',
    'git+https://example.com/team/code.git@v1#egg=code',
    'https://example.com/a-1.0.whl',
  ])('takes %s for a package', (text) => {
    expect(parseRequirementLine(text)).toEqual({ kind: 'package', text });
  });

  it.each([
    { text: './wheels/a-1.0.whl', path: './wheels/a-1.0.whl' },
    {
      text: 'wheels/a-1.0-py3-none-any.whl ; python_version > "3"',
      path: 'wheels/a-1.0-py3-none-any.whl',
    },
    { text: 'a-1.0.tar.gz[extra]', path: 'a-1.0.tar.gz' },
    { text: '../elsewhere', path: '../elsewhere' },
    { text: '/opt/a.whl', path: '/opt/a.whl' },
    { text: '~/a.whl', path: '~/a.whl' },
    { text: 'numpy @ file:///home/conda/numpy%201', path: '/home/conda/numpy 1' },
    { text: 'file:a.whl', path: 'a.whl' },
    { text: '.', path: '.' },
  ])('takes $text for a path', ({ text, path }) => {
    expect(parseRequirementLine(text)).toEqual({ kind: 'path', path, text });
  });

  it.each([
    { text: '-r more.txt', expected: { kind: 'include', path: 'more.txt' } },
    { text: '-rmore.txt', expected: { kind: 'include', path: 'more.txt' } },
    { text: '--requirement=more.txt', expected: { kind: 'include', path: 'more.txt' } },
    { text: '-c "constraints.txt"', expected: { kind: 'constraints', path: 'constraints.txt' } },
    { text: '-e ./code', expected: { kind: 'path', path: './code', text: './code' } },
    {
      text: '-i https://example.com/simple',
      expected: { kind: 'option', name: '--index-url', value: 'https://example.com/simple' },
    },
    { text: '--no-index', expected: { kind: 'option', name: '--no-index', value: undefined } },
  ])('reads the option $text', ({ text, expected }) => {
    expect(parseRequirementLine(text)).toEqual(expected);
  });

  it.each(['--target /opt', '--no-index yes', '--index-url', '-x'])('does not know %s', (text) => {
    expect(parseRequirementLine(text)).toBeUndefined();
  });
});

describe('packageName', () => {
  it.each([
    { text: 'MLflow==3.1', expected: 'mlflow' },
    { text: 'mlflow[extras]>=2', expected: 'mlflow' },
    { text: 'Scikit_Learn', expected: 'scikit-learn' },
    { text: 'mlflow @ https://example.com/mlflow.whl', expected: 'mlflow' },
    { text: './mlflow-3.1-py3-none-any.whl', expected: undefined },
  ])('finds $expected in $text', ({ text, expected }) => {
    expect(packageName(text)).toBe(expected);
  });
});
