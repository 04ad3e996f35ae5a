import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

/** Bundle the command line; packages with native code or many files stay in node_modules. */
export async function buildCli(directory: string): Promise<string[]> {
  const outfile = `${directory}/main.cjs`;
  await build({
    entryPoints: ['src/cli/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    external: ['onnxruntime-node', '@aws-sdk/*'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
  return [outfile];
}
