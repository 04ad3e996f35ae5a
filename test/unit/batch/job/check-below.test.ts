import { describe, expect, it } from 'vitest';
import { checkBelow } from '../../../../src/batch/job/check-below.ts';
import { ServingError } from '../../../../src/errors.ts';

describe('checkBelow', () => {
  it.each([
    ['s3://b/in/a.csv', 's3://b/in'],
    ['s3://b/in/a.csv', 's3://b/in/'],
    ['s3://b/in/', 's3://b/in'],
    ['s3://b/in', 's3://b/in/'],
    ['s3://b/in/june/', 's3://b/in'],
    ['s3://other/a.csv', undefined],
  ])('takes %s for %s', (uri, folder) => {
    expect(() => checkBelow(uri, folder, 'scored')).not.toThrow();
  });

  it.each([
    ['s3://b/inner/a.csv', 's3://b/in'],
    ['s3://b/', 's3://b/in'],
    ['s3://c/in/a.csv', 's3://b/in'],
  ])('refuses %s for %s, and says where files must be', (uri, folder) => {
    expect(() => checkBelow(uri, folder, 'scored')).toThrow(
      new ServingError(
        'INVALID_PARAMETER_VALUE',
        `${uri} is not below ${folder}; only files there are scored`,
      ),
    );
  });
});
