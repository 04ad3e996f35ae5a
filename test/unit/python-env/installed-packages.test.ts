import { describe, expect, it } from 'vitest';
import { installedPackages } from '../../../src/python-env/installed-packages.ts';

describe('installedPackages', () => {
  it.each([
    ['uv', ['Resolved 88 packages in 1ms', 'Installed 88 packages in 80ms', ' + a==1'], 88],
    ['uv, of one', ['Installed 1 package in 3ms'], 1],
    ['pip', ['Installing collected packages: a, b', 'Successfully installed a-1.0 b-c-2.1'], 2],
    ['what was there already', ['Requirement already satisfied: a'], 0],
  ])('counts what %s says', (_name, lines, count) => {
    expect(installedPackages(lines)).toBe(count);
  });
});
