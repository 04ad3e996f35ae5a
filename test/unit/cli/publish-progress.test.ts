import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createPublishProgress } from '../../../src/cli/publish-progress.ts';

function display(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, cursorTo: () => true });
  let nowMs = 0;
  const progress = createPublishProgress(stream, () => nowMs);
  return {
    ...progress,
    pass: (ms: number) => {
      nowMs += ms;
    },
    written: () => String(stream.read() ?? ''),
  };
}

const MIB = 2 ** 20;

describe('createPublishProgress', () => {
  it('writes a line for each phase and now and then one in between, where there is no terminal', () => {
    const { update, pass, stop, written } = display(false);

    update({ phase: 'download', bytes: 0, totalBytes: 40 * MIB });
    update({ phase: 'download', bytes: 10 * MIB, totalBytes: 40 * MIB });
    pass(10_000);
    update({ phase: 'download', bytes: 20 * MIB, totalBytes: 40 * MIB });
    update({ phase: 'verify', bytes: 0, totalBytes: undefined });
    update({ phase: 'upload', bytes: 5, totalBytes: undefined });
    pass(10_000);
    update({ phase: 'upload', bytes: 512, totalBytes: undefined });
    stop();

    expect(written()).toBe(
      'downloading 40.0 MiB\ndownloading: 20.0 MiB of 40.0 MiB\nopening the model\nuploading\nuploading: 512 bytes\n',
    );
  });

  it('draws a bar on a terminal, once it is worth it', () => {
    const { update, pass, stop, written } = display(true);

    update({ phase: 'download', bytes: 0, totalBytes: 40 * MIB });
    pass(400);
    update({ phase: 'download', bytes: 10 * MIB, totalBytes: 40 * MIB });
    expect(written()).toBe('');
    pass(200);
    update({ phase: 'download', bytes: 20 * MIB, totalBytes: 40 * MIB });
    stop();

    expect(written()).toMatch(/downloading .*50 % \| 20\.0 MiB of 40\.0 MiB/);
  });
});
