import { describe, expect, it } from 'vitest';
import { runCli } from '../../helpers/run-cli.ts';

const WINE = ['audit', '-m', 'models:/wine@champion', '--registry-uri', 'examples/registry'];

describe('audit', () => {
  it('prints what there is to know, by area, and ends with 0 when there is no error', async () => {
    const { exitCode, stdout, stderr } = await runCli(WINE);

    expect(stderr).toBe('');
    expect(stdout).toContain('answers with  ONNX Runtime, in Node\n');
    expect(stdout).toContain('note     stage-current  models:/wine@champion\n');
    expect(stdout).toMatch(/\n\d errors?, \d warnings?, \d notes?\n$/);
    expect(exitCode).toBe(0);
  });

  it('ends with 1 at the severity that CI asks for', async () => {
    const { exitCode } = await runCli([...WINE, '--fail-on', 'note']);

    expect(exitCode).toBe(1);
  });

  it('prints JSON', async () => {
    const { stdout } = await runCli([...WINE, '--json', '--fail-on', 'never']);

    expect(JSON.parse(stdout)).toMatchObject({
      modelUri: 'models:/wine@champion',
      version: '2',
      runtime: 'onnx',
      findings: expect.arrayContaining([
        expect.objectContaining({ id: 'stage-current', area: 'registry', severity: 'note' }),
      ]),
    });
  });

  it('says in one line that there is no such model', async () => {
    const { exitCode, stderr } = await runCli(['audit', '-m', './no-such-folder']);

    expect(exitCode).toBe(1);
    expect(stderr.split('\n')).toHaveLength(2);
  });
});
