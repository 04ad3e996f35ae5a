import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Both must lie in one folder: the binding finds the library beside itself. */
const ORT_FILES = ['onnxruntime_binding.node', 'libonnxruntime.so.1'];

/** Copy ONNX Runtime's files for Linux on one processor: two, instead of the 288 MiB of all five platforms. */
export function copyOrtFiles(directory: string, architecture: 'x64' | 'arm64'): void {
  const ort = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const binaries = join(ort, 'bin', 'napi-v6', 'linux', architecture);
  for (const file of ORT_FILES) cpSync(join(binaries, file), join(directory, file));
}
