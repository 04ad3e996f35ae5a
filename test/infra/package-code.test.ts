import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'package-'));
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What `servingCode('arm64')` answers when the file is at `path` in a package with this name. */
function answerAt(path: string, packageName: string): string {
  const file = join(root, path).replace(/\.ts$/, '.js');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: packageName, type: 'module' }));
  buildSync({
    entryPoints: ['infra/aws/constructs/package-code.ts'],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outfile: file,
  });
  const script = `import { servingCode } from ${JSON.stringify(file)};
    try { console.log(servingCode('arm64').path); } catch (error) { console.log(error.message); }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return stdout.trim();
}

describe('servingCode', () => {
  it.each([
    'infra/aws/constructs/package-code.ts',
    'dist/cdk/package-code.ts',
  ])('finds the zip of its package from %s', (path) => {
    const zip = join(root, 'dist/lambda-arm64.zip');
    mkdirSync(dirname(zip), { recursive: true });
    writeFileSync(zip, '');

    expect(answerAt(path, 'mlflow-serverless')).toBe(zip);
  });

  it('says what to run when the zip was not built', () => {
    expect(answerAt('infra/package-code.ts', 'mlflow-serverless')).toBe(
      'dist/lambda-arm64.zip is missing in the package mlflow-serverless; in a clone of it, run "npm run build" first',
    );
  });

  it('does not take another package’s zip', () => {
    expect(answerAt('infra/package-code.ts', 'shop')).toMatch(
      /is not inside the package mlflow-serverless; install it whole$/,
    );
  });
});
