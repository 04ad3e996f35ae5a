import { describe, expect, it } from 'vitest';
import { pythonBase } from '../../../src/image/base-images.ts';

describe('pythonBase', () => {
  it.each([
    { version: '3.11.9', image: 'python:3.11.9-slim-bookworm' },
    { version: ' 3.8.17 ', image: 'python:3.8.17-slim-bookworm' },
    { version: '3.14.0', image: 'python:3.14.0-slim-bookworm' },
  ])('is Docker’s official image of Python $version', ({ version, image }) => {
    expect(pythonBase(version)).toEqual({ image, version: version.trim(), note: undefined });
  });

  it.each([
    {
      version: '3.10.6',
      image: 'python:3.10.12-slim-bookworm',
      note: /3\.10\.6.+3\.10\.12 is taken/,
    },
    { version: '3.12', image: 'python:3.12-slim-bookworm', note: /without a patch version/ },
  ])('takes what there is instead of $version, and says so', ({ version, image, note }) => {
    const base = pythonBase(version);

    expect(base.image).toBe(image);
    expect(base.note).toMatch(note);
  });

  it.each([
    { version: '3.7.16', message: /made with Python 3\.7\.16; images are made for Python 3\.8/ },
    { version: '2.7.18', message: /made with Python 2\.7\.18/ },
    { version: undefined, message: /does not say which Python.+python: 3\.11\.9/ },
  ])('refuses Python $version', ({ version, message }) => {
    expect(() => pythonBase(version)).toThrow(message);
  });
});
