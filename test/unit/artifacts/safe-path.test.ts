import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkArtifactPath } from '../../../src/artifacts/safe-path.ts';

describe('checkArtifactPath', () => {
  it.each([
    'MLmodel',
    'data/model.onnx',
    '..data/a..b/...',
    'ü 文件/a b',
    'ab:c/d',
    '~/x',
    '%2e%2e/x',
  ])('takes %s', (path) => {
    expect(() => checkArtifactPath(path, 's3://b/m')).not.toThrow();
  });

  it.each([
    { name: 'an empty path', path: '', reason: 'empty' },
    { name: 'an absolute path', path: '/a', reason: 'absolute' },
    { name: 'a drive letter', path: 'c:/a', reason: 'drive' },
    { name: 'a drive letter without a slash', path: 'c:a', reason: 'drive' },
    { name: 'a backslash', path: 'a\\b', reason: 'backslash' },
    { name: 'a zero byte', path: 'a/\u0000', reason: 'control' },
    { name: 'a line break', path: 'a\nb', reason: 'control' },
    { name: 'an empty part', path: 'a//b', reason: 'empty part' },
    { name: 'a slash at the end', path: 'a/', reason: 'empty part' },
    { name: 'a part "."', path: './a', reason: 'part' },
    { name: '".." at the end', path: 'a/..', reason: 'part' },
    { name: '".." at the start', path: '../a', reason: 'part' },
    { name: 'half a surrogate pair', path: '\ud800', reason: 'Unicode' },
    { name: 'a long name', path: 'a'.repeat(256), reason: '255' },
    { name: 'a name long in bytes', path: 'ü'.repeat(128), reason: '255' },
    { name: 'a long path', path: 'a/'.repeat(600), reason: '1024' },
  ])('refuses $name', ({ path, reason }) => {
    expect(() => checkArtifactPath(path, 's3://b/m')).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(reason),
      }),
    );
  });

  it('lets nothing through that leaves the directory', () => {
    const part = fc.constantFrom('..', '.', '', 'a', '/', '\\', 'c:', '\0', ' ..', '.. ', '%2e%2e');
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const path = parts.join('/');
        try {
          checkArtifactPath(path, 'x');
        } catch {
          return; // refused
        }
        expect(posix.resolve('/root/model', path)).toMatch(/^\/root\/model\/./);
      }),
    );
  });
});
