import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { FUNCTION_OPTIONS } from './function-options.ts';
import { lazyBuiltinsPlugin } from './lazy-builtins-plugin.ts';
import { ortBindingPlugin } from './ort-binding-plugin.ts';
import { copyOrtFiles } from './ort-files.ts';
import { zipDirectory } from './zip-directory.ts';

/** Lambda's names for the processors it offers, and Node's. */
export const ARCHITECTURES = ['x64', 'arm64'] as const;
export type LambdaArchitecture = (typeof ARCHITECTURES)[number];

/**
 * Build the Lambda functions for one processor: a folder and a zip of it, with a bundle for each handler.
 *
 * CommonJS bundles (they start 9–59 ms sooner than ESM) and the two native files of one platform.
 */
export async function buildLambda(
  dist: string,
  architecture: LambdaArchitecture,
): Promise<string[]> {
  const directory = join(dist, 'lambda', architecture);
  mkdirSync(directory, { recursive: true });
  const bundles = [
    // The AWS SDK stays out: it is slow to load, reading needs none, credentials come from the environment.
    await bundle('invocations', directory, ['@aws-sdk/*', '@azure/*']),
    // Publishing writes, with the SDK: in the bundle, so that the version is ours and not the platform's. Azure's is for Azure.
    await bundle('registry-events', directory, ['@azure/*']),
    await bundle('batch', directory, ['@azure/*']),
  ];
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}\n');
  copyOrtFiles(directory, architecture);
  const zip = join(dist, `lambda-${architecture}.zip`);
  await zipDirectory(directory, zip);
  return [...bundles, zip];
}

async function bundle(handler: string, directory: string, external: string[]): Promise<string> {
  const outfile = join(directory, `${handler}.js`);
  await build({
    entryPoints: [`handlers/lambda/${handler}.ts`],
    outfile,
    ...FUNCTION_OPTIONS,
    external,
    supported: { 'dynamic-import': false },
    plugins: [ortBindingPlugin('beside'), lazyBuiltinsPlugin(['node:crypto', 'node:zlib'])],
  });
  return outfile;
}
