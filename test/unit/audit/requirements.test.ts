import { describe, expect, it } from 'vitest';
import { checkRequirements, compareVersions } from '../../../src/audit/checks/requirements.ts';

const idsOf = (...lines: string[]) =>
  checkRequirements(lines, 'requirements.txt').map(({ id }) => id);

describe('checkRequirements', () => {
  it.each([
    ['a pin', ['mlflow==3.1.0'], []],
    ['a pin with extras and a marker', ['ray[serve]==2.0 ; python_version > "3.8"'], []],
    ['a pin with hashes', [`a==1 --hash=sha256:${'0'.repeat(64)}`], []],
    ['a wildcard', ['numpy==1.*'], ['requirement-unpinned']],
    ['a range', ['numpy>=1,<2'], ['requirement-unpinned']],
    ['no version', ['numpy'], ['requirement-unpinned']],
    ['a pre-release', ['torch==2.1.0rc1'], ['requirement-prerelease']],
    ['a development version', ['mlflow==3.11.2.dev0'], ['requirement-prerelease']],
    ['a build of its own', ['torch==2.1.0+cu118'], ['requirement-local-version']],
    ['a release taken back', ['numpy==2.4.0'], ['requirement-yanked']],
    ['a branch', ['x @ git+https://git.example/x@main'], ['requirement-url']],
    ['a commit', [`x @ git+https://git.example/x@${'a'.repeat(40)}`], []],
    ['plain http', ['http://host.example/x-1.0.whl'], ['requirement-url']],
    ['a wheel of the model', ['code/x-1.0-py3-none-any.whl'], ['requirement-file']],
    ['a pin that its range excludes', ['a==1.0,>2'], ['requirement-impossible']],
    ['a pin within its range', ['a==1.0,>=1,!=1.1'], []],
    ['an empty pin', ['a=='], ['requirement-unpinned', 'requirement-impossible']],
    ['two pins', ['a==1', 'A==2'], ['requirement-impossible']],
    ['one pin twice', ['a==1', 'a==1'], ['requirement-twice']],
    ['pins by platform', ['a==1 ; os_name == "nt"', 'a==2 ; os_name != "nt"'], []],
  ])('says of %s: %j', (_, lines, ids) => {
    expect(idsOf(...lines)).toEqual(ids);
  });

  it('never shows a password', () => {
    const found = checkRequirements(['https://me:secret@host.example/x-1.0.whl'], 'r.txt');

    expect(found.map(({ id }) => id)).toContain('credentials-in-requirements');
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it('names all that have no version in one finding', () => {
    const [found] = checkRequirements(['numpy', 'pandas>1', 'mlflow==3.1.0'], 'requirements.txt');

    expect(found?.where).toBe('requirements.txt: numpy, pandas');
    expect(found?.fix).toContain('==');
  });
});

describe('compareVersions', () => {
  it('compares numbers, not text, and takes missing ones for 0', () => {
    expect(compareVersions('1.10', '1.9')).toBeGreaterThan(0);
    expect(compareVersions('1.0', '1')).toBe(0);
  });
});
