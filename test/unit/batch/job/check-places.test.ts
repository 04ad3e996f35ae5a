import { describe, expect, it } from 'vitest';
import { checkPlaces } from '../../../../src/batch/job/check-places.ts';

describe('checkPlaces', () => {
  it.each([
    ['s3://b/in/a.csv', 's3://b/out'],
    ['s3://b/in/a.csv', 's3://c'],
    ['s3://b/in', 's3://b/in-out'],
    ['/data/in/a.csv', '/data/out'],
  ])('takes %s and %s', (input, output) => {
    expect(() => checkPlaces(input, output)).not.toThrow();
  });

  it.each([
    ['s3://b/in/a.csv', 's3://b/in'],
    ['s3://b/in/a.csv', 's3://b/in/'],
    ['s3://b/in/a.csv', 's3://b'],
    ['s3://b/in/a.csv', 's3://b/in/a.csv'],
    ['s3://b/in/', 's3://b/in/out'],
    ['/data/a.csv', '/'],
  ])('refuses %s and %s', (input, output) => {
    expect(() => checkPlaces(input, output)).toThrow('overlap');
  });
});
