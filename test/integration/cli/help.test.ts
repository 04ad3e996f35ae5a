import { expect, it } from 'vitest';
import { runCli } from '../../helpers/run-cli.ts';

it.each([
  'serve',
  'convert',
  'publish',
  'generate-dockerfile',
])('the help of %s shows no default that is an empty list', async (command) => {
  const { exitCode, stdout } = await runCli([command, '--help']);

  expect(exitCode).toBe(0);
  expect(stdout).not.toContain('[]');
});
