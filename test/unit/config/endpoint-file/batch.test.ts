import { describe, expect, it } from 'vitest';
import { batch } from '../../../../src/config/endpoint-file/batch.ts';
import { batchPlaceFaults } from '../../../../src/config/endpoint-file/batch-places.ts';

describe('batch of an endpoint file', () => {
  it('fills in defaults', () => {
    expect(batch.parse({ input: 's3://files/in', output: 's3://files/out' })).toEqual({
      input: 's3://files/in',
      output: 's3://files/out',
      notify: 'eventbridge',
      maxRefusedRatio: 0,
      maxConcurrency: 10,
      maxReceives: 5,
      distributeAboveBytes: 2 ** 28,
      rangeBytes: 2 ** 26,
      maxParallelParts: 100,
      toleratedFailureRatio: 0,
      memoryMiB: 1769,
      timeoutSeconds: 900,
    });
  });

  it.each([
    { key: 'input', value: 's3://files', message: 'expected s3://bucket/prefix' },
    { key: 'output', value: '/tmp/out', message: 'expected s3://bucket/prefix' },
    { key: 'maxRefusedRatio', value: 5, message: 'expected a number from 0 to 1' },
    { key: 'maxConcurrency', value: 1, message: 'expected a whole number from 2 to 1000' },
    { key: 'format', value: 'xlsx', message: 'expected csv, jsonl, parquet or json' },
  ])('refuses $key: $value', ({ key, value, message }) => {
    const places = { input: 's3://files/in', output: 's3://files/out' };
    const { error } = batch.safeParse({ ...places, [key]: value });

    expect(error?.issues[0]).toMatchObject({
      path: [key],
      message: expect.stringContaining(message),
    });
  });
});

describe('batchPlaceFaults', () => {
  it.each([
    { input: 's3://b/in', output: 's3://b/out' },
    { input: 's3://b/in', output: 's3://b/in-scored' },
    { input: 's3://b/in', output: 's3://c/in' },
  ])('takes $input and $output', (places) => {
    expect(batchPlaceFaults(places, 's3://b/registry')).toEqual([]);
  });

  it.each([
    { input: 's3://b/in', output: 's3://b/in' },
    { input: 's3://b/in/', output: 's3://b/in' },
    { input: 's3://b/in', output: 's3://b/in/out' },
    { input: 's3://b/a/in', output: 's3://b/a' },
  ])('refuses $input and $output', (places) => {
    expect(batchPlaceFaults(places)).toEqual([
      {
        path: ['batch', 'output'],
        text: expect.stringContaining('lie in one another: the results would be scored again'),
      },
    ]);
  });

  it('refuses folders that hold the models', () => {
    const faults = batchPlaceFaults(
      { input: 's3://b/registry/in', output: 's3://b/registry/out' },
      's3://b/registry',
    );

    expect(faults.map(({ path }) => path)).toEqual([
      ['batch', 'input'],
      ['batch', 'output'],
    ]);
  });
});
