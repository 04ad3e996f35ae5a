import { describe, expect, it } from 'vitest';
import { failureLine } from '../../../src/cli/failure.ts';
import { ServingError } from '../../../src/errors.ts';

const AT = { host: '127.0.0.1', port: 8000 };

describe('failureLine', () => {
  it.each([
    {
      code: 'EADDRINUSE',
      line: 'port 8000 of 127.0.0.1 is in use: stop what listens there, or choose another port with -p',
    },
    {
      code: 'EACCES',
      line: 'port 8000 needs rights that this user does not have: choose one above 1023 with -p',
    },
    {
      code: 'EADDRNOTAVAIL',
      line: '127.0.0.1 is not an address of this machine: choose another with -h',
    },
  ])('says what $code means', ({ code, line }) => {
    expect(failureLine(Object.assign(new Error('listen'), { code }), AT)).toBe(line);
  });

  it('keeps to one line', () => {
    const error = new ServingError('INVALID_PARAMETER_VALUE', 'the MLmodel\n  is not YAML\n');

    expect(failureLine(error)).toBe('the MLmodel is not YAML');
  });
});
