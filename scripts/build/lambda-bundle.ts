import {
  cpSync,
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { build } from 'esbuild';
import { ZipFile } from 'yazl';
import { lazyBuiltinsPlugin } from './lazy-builtins-plugin.ts';
import { ortBindingPlugin } from './ort-binding-plugin.ts';

/** Lambda's names for the processors it offers, and Node's. */
export const ARCHITECTURES = ['x64', 'arm64'] as const;
export type LambdaArchitecture = (typeof ARCHITECTURES)[number];

/** Both must lie in one folder: the binding finds the library beside itself. */
const ORT_FILES = ['onnxruntime_binding.node', 'libonnxruntime.so.1'];

/** Everything is dated alike, so that the same source gives the same zip. */
const MODIFIED = new Date('2026-01-01T00:00:00Z');

/**
 * Build the Lambda function for one processor: a folder and a zip of it.
 *
 * One CommonJS bundle (it starts 9–59 ms sooner than ESM) and the two native files of one platform,
 * instead of the 288 MiB of all five. The AWS SDK stays out: credentials come from the environment.
 */
export async function buildLambda(
  dist: string,
  architecture: LambdaArchitecture,
): Promise<string[]> {
  const directory = join(dist, 'lambda', architecture);
  mkdirSync(directory, { recursive: true });
  await build({
    entryPoints: ['handlers/lambda/invocations.ts'],
    outdir: directory,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['@aws-sdk/*'],
    supported: { 'dynamic-import': false },
    plugins: [ortBindingPlugin('beside'), lazyBuiltinsPlugin(['node:crypto', 'node:zlib'])],
    legalComments: 'none',
    logLevel: 'warning',
  });
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}\n');
  const binaries = join(
    packageDirectory('onnxruntime-node'),
    'bin',
    'napi-v6',
    'linux',
    architecture,
  );
  for (const file of ORT_FILES) cpSync(join(binaries, file), join(directory, file));
  const zip = join(dist, `lambda-${architecture}.zip`);
  await zipDirectory(directory, zip);
  return [join(directory, 'invocations.js'), zip];
}

const packageDirectory = (name: string): string =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

async function zipDirectory(directory: string, target: string): Promise<void> {
  const zip = new ZipFile();
  for (const name of readdirSync(directory).sort()) {
    const isNative = ORT_FILES.includes(name);
    zip.addBuffer(readFileSync(join(directory, name)), name, {
      mtime: MODIFIED,
      mode: isNative ? 0o100755 : 0o100644,
      compressionLevel: 9,
    });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(target));
}
