import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { FUNCTION_OPTIONS } from './function-options.ts';
import { zipDirectory } from './zip-directory.ts';

/** Build the JWT authorizer, a function of its own without native code: a folder and a zip of it. */
export async function buildAuthorizer(dist: string): Promise<string[]> {
  const directory = join(dist, 'lambda', 'authorizer');
  mkdirSync(directory, { recursive: true });
  await build({
    entryPoints: ['handlers/lambda/jwt-authorizer.ts'],
    outdir: directory,
    ...FUNCTION_OPTIONS,
  });
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}\n');
  const zip = join(dist, 'lambda-authorizer.zip');
  await zipDirectory(directory, zip);
  return [join(directory, 'jwt-authorizer.js'), zip];
}
