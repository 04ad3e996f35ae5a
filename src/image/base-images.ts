import { ServingError } from '../errors.ts';

/** What images are made from, by name; a digest pins one for good. */
export interface BaseImages {
  readonly python: string;
  readonly node: string;
}

/** Tags that were never made, and what stands for them, are said in words. */
export interface PythonBase {
  readonly image: string;
  /** Of the image's Python, as far as its tag says. */
  readonly version: string;
  readonly note: string | undefined;
}

/**
 * The first patch version of each minor one that Docker's official images have on Debian 12, and the last that there will be
 * of those that are at their end.
 *
 * @see https://github.com/docker-library/official-images/commits/master/library/python
 */
const FIRST_ON_BOOKWORM: Readonly<Record<string, number>> = {
  '3.8': 17,
  '3.9': 17,
  '3.10': 12,
  '3.11': 4,
};

/** worker.py needs it. */
const OLDEST_MINOR = 8;

/**
 * Docker's official Python, on Debian 12 without what is not needed.
 *
 * Debian 12 for all, so that the packages of one list exist and its servers still have them: the images of older patch
 * versions are on releases that have gone. Any patch version of one minor version runs the same packages.
 *
 * @param version as the model says it: `3.11.9`, `3.11`, or undefined
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a Python that the worker does not run on
 */
export function pythonBase(version: string | undefined): PythonBase {
  if (version === undefined) {
    throw invalid(
      'the model does not say which Python it needs: write python_env.yaml beside MLmodel, with a line such as python: 3.11.9',
    );
  }
  const [, minor = '', patch] = /^(3\.\d+)(?:\.(\d+))?/.exec(version.trim()) ?? [];
  const [, number] = minor.split('.').map(Number);
  if (number === undefined || number < OLDEST_MINOR) {
    throw invalid(
      `the model was made with Python ${version.slice(0, 40)}; images are made for Python 3.${OLDEST_MINOR} and newer: log it again with a newer one`,
    );
  }
  if (patch === undefined) {
    const note = `the model asks for Python ${minor} without a patch version, so the newest is taken; name one in python_env.yaml to pin it`;
    return { image: tag(minor), version: minor, note };
  }
  const first = FIRST_ON_BOOKWORM[minor] ?? 0;
  if (Number(patch) >= first) {
    const exact = `${minor}.${patch}`;
    return { image: tag(exact), version: exact, note: undefined };
  }
  const note = `the model asks for Python ${minor}.${patch}, which has no image on Debian 12; ${minor}.${first} is taken, the first that has`;
  return { image: tag(`${minor}.${first}`), version: `${minor}.${first}`, note };
}

/** @param version without a `v` */
export const nodeBase = (version: string): string => `node:${version}-bookworm-slim`;

const tag = (version: string): string => `python:${version}-slim-bookworm`;

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
