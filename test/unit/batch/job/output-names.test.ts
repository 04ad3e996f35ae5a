import { describe, expect, it } from 'vitest';
import { jobFolder, outputNames, partFolder } from '../../../../src/batch/job/output-names.ts';
import { resolveOptions } from '../../../../src/batch/job/resolve-options.ts';
import { checkObjectKey } from '../../../../src/publish/object-key.ts';

describe('jobFolder', () => {
  it.each([
    ['in/a.csv', 'in/a.csv/0f'],
    ['ü 日本.csv', 'ü 日本.csv/0f'],
    ['in//../a\\b.csv', 'in/_/_/a/b.csv/0f'],
    ['./a.csv', '_/a.csv/0f'],
    ['\ud800\0.csv', '\ufffd_.csv/0f'],
  ])('makes a folder of the key %j', (key, folder) => {
    expect(jobFolder(key, '0f')).toBe(folder);
  });

  it.each([
    'ü'.repeat(500),
    Array(340).fill('äb').join('/'),
  ])('keeps long keys within bounds', (key) => {
    const folder = jobFolder(key, '0f');

    expect(Buffer.byteLength(folder)).toBeLessThan(610);
    for (const part of folder.split('/')) expect(Buffer.byteLength(part)).toBeLessThan(256);
    expect(() => checkObjectKey(folder)).not.toThrow();
  });
});

describe('names of files', () => {
  it('say the format, and the attempt', () => {
    expect(outputNames(resolveOptions('a.csv.gz', {}))).toEqual({
      predictions: 'predictions.csv.gz',
      contentType: 'application/gzip',
      errors: 'errors.jsonl',
    });
    expect(outputNames(resolveOptions('a.parquet', {}), '1234')).toEqual({
      predictions: 'predictions-1234.parquet',
      contentType: 'application/vnd.apache.parquet',
      errors: 'errors-1234.jsonl',
    });
  });

  it('put parts in their order', () => {
    expect(
      [0, 9, 99].map((index) =>
        partFolder({ index, count: 100, firstRow: index * 5, rowCount: 5 }),
      ),
    ).toEqual([
      'part-001-of-100-rows-0-4',
      'part-010-of-100-rows-45-49',
      'part-100-of-100-rows-495-499',
    ]);
  });
});
