import { describe, expect, it } from 'vitest';
import { type FailedFile, redriveText } from '../../../src/cli/redrive-text.ts';

const NOW = Date.parse('2026-01-10T00:00:00Z');
const file: FailedFile = {
  ...{ id: '1', uris: ['s3://b/in/a.csv'], sentAt: '2026-01-10T00:00:00Z' },
  ...{ receives: 3, error: 'BAD_REQUEST: x', replayed: false },
};

describe('redriveText', () => {
  it.each([
    ['2026-01-10T00:00:07Z', '0 s'],
    ['2026-01-09T23:58:01Z', '119 s'],
    ['2026-01-09T23:58:00Z', '2 min'],
    ['2026-01-09T22:00:00Z', '2 h'],
    ['2026-01-08T00:00:01Z', '47 h'],
    ['2026-01-01T00:00:00Z', '9 d'],
  ])('says of a message sent at %s that it is %s old', (sentAt, age) => {
    expect(redriveText([{ ...file, sentAt }], 'q', NOW)).toContain(
      `  ${age} old, received 3 times`,
    );
  });

  it('lets neither names of files nor reasons write into the terminal', () => {
    const hostile = { ...file, uris: ['s3://b/\u001b[2J.csv'], error: 'x\r\n\u0085y' };

    expect(redriveText([hostile], 'q', NOW)).toBe(
      's3://b/ [2J.csv\n  0 s old, received 3 times\n  x y\n1 message; when the cause is mended, send them back with --replay\n',
    );
  });
});
