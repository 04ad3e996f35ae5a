import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let clone: string;
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'launcher-'));
  cpSync('bin', join(clone, 'bin'), { recursive: true });
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

const launch = (...args: string[]) =>
  spawnSync(process.execPath, [join(clone, 'bin/mlflow-serverless.cjs'), ...args], {
    encoding: 'utf8',
  });

it('says in one line that a clone is not built yet, and runs what is built then', () => {
  expect(launch('--help')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'mlflow-serverless: it is not built yet; in a clone, run "npm run build" first\n',
  });

  mkdirSync(join(clone, 'dist/cli'), { recursive: true });
  writeFileSync(
    join(clone, 'dist/cli/main.cjs'),
    'process.stdout.write(process.argv.slice(2).join(" ")); process.exitCode = 2;',
  );
  expect(launch('serve', '-m', 'x')).toMatchObject({ status: 2, stdout: 'serve -m x' });
});
