import { build } from 'esbuild';
import { FUNCTION_OPTIONS } from './function-options.ts';
import { lazyBuiltinsPlugin } from './lazy-builtins-plugin.ts';
import { ortBindingPlugin } from './ort-binding-plugin.ts';

/**
 * Azure's SDK in a CommonJS bundle: its ES modules ask for `import.meta.url`, which there is not.
 *
 * Its CommonJS build would do without, but esbuild prefers the other and cannot drop what is not used of this one.
 */
const AZURE_SDK_OPTIONS = {
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
} as const;

/**
 * Bundle what answers many requests at once, or a thread of it; ONNX Runtime's files lie beside it.
 *
 * @param external packages that stay out beside AWS's SDK: reading from S3 takes none, and writing there is for functions of AWS
 */
export async function bundleServer(
  entry: string,
  outfile: string,
  external: readonly string[] = [],
): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    ...FUNCTION_OPTIONS,
    ...AZURE_SDK_OPTIONS,
    external: ['@aws-sdk/*', ...external],
    supported: { 'dynamic-import': false },
    plugins: [ortBindingPlugin('beside'), lazyBuiltinsPlugin(['node:crypto', 'node:zlib'])],
  });
  return outfile;
}
