import { describe, expect, it } from 'vitest';
import { identifyJob } from '../../../../src/batch/job/job-identity.ts';
import { resolveOptions } from '../../../../src/batch/job/resolve-options.ts';

const INPUT = { uri: 's3://data/in/a.csv', etag: 'abc', sizeBytes: 10 };
const MODEL = { digest: 'ab' };
/** A change of it makes every job that is done be done again. */
const NAME = '5c94037ac723e953';
const options = resolveOptions('a.csv', {});

describe('identifyJob', () => {
  it('names the same job the same in every release', () => {
    expect(identifyJob(INPUT, MODEL, options)).toBe(NAME);
    const said = resolveOptions('a.csv', { inputFormat: 'csv', keepsInputs: true });
    expect(identifyJob(INPUT, MODEL, said)).toBe(NAME);
  });

  it.each([
    [{ ...INPUT, uri: 's3://data/in/b.csv' }, MODEL, options],
    [{ ...INPUT, etag: 'abd' }, MODEL, options],
    [INPUT, { digest: 'ac' }, options],
    [INPUT, MODEL, { ...options, outputFormat: 'jsonl' }],
    [INPUT, MODEL, { ...options, isOutputGzip: true }],
    [INPUT, MODEL, { ...options, keepsInputs: false }],
    [INPUT, MODEL, { ...options, chunkRows: 1 }],
    [INPUT, MODEL, { ...options, maxRefusedRatio: 1 }],
  ] as const)('tells other jobs apart (%#)', (input, model, resolved) => {
    expect(identifyJob(input, model, resolved)).not.toBe(NAME);
  });
});
