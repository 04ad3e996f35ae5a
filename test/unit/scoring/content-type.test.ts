import { describe, expect, it } from 'vitest';
import { parseContentType } from '../../../src/scoring/content-type.ts';

describe('parseContentType', () => {
  it.each([
    { header: 'application/json', type: 'json' },
    { header: ' application/json ; charset=UTF-8 ', type: 'json' },
    { header: 'text/csv', type: 'csv' },
    { header: 'text/csv; charset=utf-8; charset=Utf-8', type: 'csv' },
    { header: 'application/vnd.apache.parquet', type: 'parquet' },
    { header: '\x1f\x85application/json\xa0;\x1ccharset=utf-8\x85', type: 'json' },
  ])('reads $header', ({ header, type }) => {
    expect(parseContentType(header)).toBe(type);
  });

  it.each([
    { header: '', problem: 'names another format' },
    { header: 'Application/JSON', problem: 'names another format' },
    { header: 'application/csv', problem: 'names another format' },
    { header: 'application/json, text/csv', problem: 'names another format' },
    { header: 'application/json; charset="utf-8"', problem: 'the charset must be utf-8' },
    { header: 'application/json; charset=utf8', problem: 'the charset must be utf-8' },
    { header: 'application/json; charset=utf-8; charset=latin-1', problem: 'the charset must be' },
    { header: 'application/json; charset', problem: 'the charset must be utf-8' },
    { header: 'application/json; Charset=utf-8', problem: 'a parameter other than charset' },
    { header: 'application/json; charset =utf-8', problem: 'a parameter other than charset' },
    { header: 'application/json;', problem: 'a parameter other than charset' },
    { header: 'application/json; format=pandas-split', problem: 'a parameter other than charset' },
  ])('refuses $header', ({ header, problem }) => {
    expect(() => parseContentType(header)).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        message: expect.stringContaining(problem),
      }),
    );
  });

  it('refuses a missing header as a mistake of the client', () => {
    expect(() => parseContentType(undefined)).toThrow(
      'the Content-Type header is missing; expected one of application/json, text/csv, ' +
        'application/vnd.apache.parquet, without parameters but charset=utf-8',
    );
  });
});
