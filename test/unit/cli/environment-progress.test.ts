import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createEnvironmentProgress } from '../../../src/cli/environment-progress.ts';

function streamOf(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  return { stream, text: () => String(stream.read() ?? '') };
}

const STEPS = [
  { phase: 'python', text: 'making an environment' },
  { phase: 'install', text: 'installing 2 requirements' },
  { phase: 'install', text: 'Resolved 88 packages', isDetail: true },
  { phase: 'install', text: 'installed 88 packages in 8 s' },
] as const;

describe('createEnvironmentProgress', () => {
  it('writes a line for each step where there is no terminal, without what the installer says', () => {
    const { stream, text } = streamOf(false);
    const display = createEnvironmentProgress(stream);

    for (const step of STEPS) display.update(step);
    display.stop();

    expect(text()).toBe(
      [
        'mlflow-serverless: making an environment',
        'mlflow-serverless: installing 2 requirements',
        'mlflow-serverless: installed 88 packages in 8 s',
        '',
      ].join('\n'),
    );
  });

  it('keeps one line on a terminal, and takes it away', () => {
    const { stream, text } = streamOf(true);
    const display = createEnvironmentProgress(stream);

    for (const step of STEPS) display.update(step);
    display.stop();
    display.stop();

    expect(text()).toBe(`${STEPS.map((step) => `\r\u001b[K${step.text}`).join('')}\r\u001b[K`);
  });

  it('is busy from the first step to the end', () => {
    const display = createEnvironmentProgress(streamOf(false).stream);

    const before = display.isBusy();
    display.update(STEPS[0]);
    const meanwhile = display.isBusy();
    display.stop();

    expect([before, meanwhile, display.isBusy()]).toEqual([false, true, false]);
  });
});
