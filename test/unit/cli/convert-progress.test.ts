import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createConvertProgress } from '../../../src/cli/convert-progress.ts';

function shown(isTTY: boolean): string {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const display = createConvertProgress(stream, () => 0);
  display.update({ phase: 'environment', text: 'installing 2 requirements' });
  display.update({ phase: 'environment', text: 'Collecting numpy', isDetail: true });
  display.update({ phase: 'environment', text: 'installed 9 packages in 1 s' });
  display.update({ phase: 'convert', text: 'Building', isDetail: true });
  display.stop();
  display.stop();
  return String(stream.read() ?? '');
}

describe('createConvertProgress', () => {
  it('writes phases alone where there is no terminal', () => {
    expect(shown(false)).toBe(
      '   0.0 s  environment installing 2 requirements\n   0.0 s  environment installed 9 packages in 1 s\n',
    );
  });

  it('shows what the installer says on a line that goes away, on a terminal', () => {
    expect(shown(true)).toBe(
      [
        '   0.0 s  environment installing 2 requirements\n',
        '   0.0 s  environment Collecting numpy\r\u001b[K',
        '   0.0 s  environment installed 9 packages in 1 s\n',
        '   0.0 s  convert     Building\r\u001b[K',
      ].join(''),
    );
  });
});
