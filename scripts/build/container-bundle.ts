import { build } from 'esbuild';
import { AZURE_SDK_OPTIONS } from './azure-sdk-options.ts';
import { FUNCTION_OPTIONS } from './function-options.ts';
import { lazyBuiltinsPlugin } from './lazy-builtins-plugin.ts';
import { ortBindingPlugin } from './ort-binding-plugin.ts';

/** Bundle what serves over HTTP in a container; it lies beside ONNX Runtime's files of the functions' zip there. */
export const buildContainer = (dist: string): Promise<string[]> =>
  Promise.all([
    bundle('handlers/container/http.ts', `${dist}/container/http.cjs`),
    bundle('src/endpoint/model-thread.ts', `${dist}/container/model-thread.cjs`),
  ]);

async function bundle(entry: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    ...FUNCTION_OPTIONS,
    ...AZURE_SDK_OPTIONS,
    external: ['@aws-sdk/*'],
    supported: { 'dynamic-import': false },
    plugins: [ortBindingPlugin('beside'), lazyBuiltinsPlugin(['node:crypto', 'node:zlib'])],
  });
  return outfile;
}
