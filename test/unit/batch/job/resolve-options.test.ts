import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../../src/batch/job/resolve-options.ts';

describe('resolveOptions', () => {
  it.each([
    ['in/a.csv', 'csv', 'csv', false, false],
    ['in/a.CSV.GZ', 'csv', 'csv', true, true],
    ['a.jsonl', 'jsonl', 'jsonl', false, false],
    ['a.ndjson.gz', 'jsonl', 'jsonl', true, true],
    ['a.json', 'json', 'json', false, false],
    ['b.csv/a.parquet', 'parquet', 'parquet', false, false],
  ])('knows the format of %s', (key, inputFormat, outputFormat, isInputGzip, isOutputGzip) => {
    expect(resolveOptions(key, {})).toEqual({
      inputFormat,
      outputFormat,
      isInputGzip,
      isOutputGzip,
      keepsInputs: true,
      maxRefusedRatio: 0,
      chunkRows: 10_000,
    });
  });

  it('writes Parquet without gzip around it, and takes a format by its name', () => {
    expect(resolveOptions('a.csv.gz', { outputFormat: 'parquet' })).toMatchObject({
      isInputGzip: true,
      isOutputGzip: false,
    });
    expect(resolveOptions('a', { inputFormat: 'csv', isOutputGzip: true })).toMatchObject({
      inputFormat: 'csv',
      isInputGzip: false,
      isOutputGzip: true,
    });
  });

  it.each([
    ['a.txt', {}, 'says no format'],
    ['a', {}, 'says no format'],
    ['a.json', { outputFormat: 'csv' }, 'JSON body'],
    ['a.csv', { outputFormat: 'json' }, 'JSON body'],
    ['a.csv', { maxRefusedRatio: 1.5 }, 'from 0 to 1'],
    ['a.csv', { maxRefusedRatio: Number.NaN }, 'from 0 to 1'],
    ['a.csv', { chunkRows: 0 }, 'at least 1'],
  ] as const)('refuses %s with %j', (key, options, message) => {
    expect(() => resolveOptions(key, options)).toThrow(message);
  });
});
