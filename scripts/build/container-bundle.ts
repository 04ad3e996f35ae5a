import { build } from 'esbuild';
import { AZURE_SDK_OPTIONS } from './azure-sdk-options.ts';
import { FUNCTION_OPTIONS } from './function-options.ts';
import { lazyBuiltinsPlugin } from './lazy-builtins-plugin.ts';
import { ortBindingPlugin } from './ort-binding-plugin.ts';

/** Bundle what serves over HTTP in a container; it lies beside ONNX Runtime's files of the functions' zip there. */
export async function buildContainer(dist: string): Promise<string> {
  const outfile = `${dist}/container/http.cjs`;
  await build({
    entryPoints: ['handlers/container/http.ts'],
    outfile,
    ...FUNCTION_OPTIONS,
    ...AZURE_SDK_OPTIONS,
    external: ['@aws-sdk/*'],
    supported: { 'dynamic-import': false },
    plugins: [ortBindingPlugin('beside'), lazyBuiltinsPlugin(['node:crypto', 'node:zlib'])],
  });
  return outfile;
}
