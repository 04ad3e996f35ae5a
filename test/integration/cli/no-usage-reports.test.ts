import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCli } from '../../helpers/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'no-usage-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** ONNX Runtime 1.29 and newer report the use of models to their maker, and keep an id and a log beside that. */
it('keeps ONNX Runtime from reporting what is served, and from leaving files behind', async () => {
  const [home, temporary] = ['home', 'tmp'].map((name) => join(folder, name)) as [string, string];
  for (const path of [home, temporary]) mkdirSync(path);
  const model = 'examples/registry/models/wine/versions/2/model';
  const args = ['publish', '-m', model, '--name', 'wine', '--version', '2'];

  const { exitCode } = await runCli([...args, '--to', join(folder, 'registry')], {
    // It holds its tongue by itself where CI is set.
    environment: { HOME: home, XDG_CACHE_HOME: home, TMPDIR: temporary, CI: undefined },
  });

  expect(exitCode).toBe(0);
  expect(readdirSync(home)).toEqual([]);
  expect(readdirSync(temporary)).toEqual(['node-compile-cache']);
});
