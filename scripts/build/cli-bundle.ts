import { chmodSync } from 'node:fs';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { lazyBuiltinsPlugin } from './lazy-builtins-plugin.ts';
import { ortBindingPlugin } from './ort-binding-plugin.ts';

const LAZY = ['node:crypto', 'node:zlib', 'node:child_process'];

const OPTIONS: BuildOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // zod is needed for an endpoint file alone, and would make the bundle two thirds larger.
  external: ['@aws-sdk/*', '@azure/*', 'zod'],
  // `import()` as `require`: Node's ESM loader alone would cost 15 ms.
  supported: { 'dynamic-import': false },
  legalComments: 'none',
  logLevel: 'warning',
  // Code that asks for it looks first whether there is `__dirname`.
  logOverride: { 'empty-import-meta': 'silent' },
};

/**
 * Bundle the command line; packages with native code or many files stay in node_modules.
 *
 * Two files for the command line, because the first switches Node's compile cache on, which counts for what is loaded
 * after it: as one bundle, half a megabyte would be compiled at every start. The others are what threads of `batch` and of `serve` run.
 */
export async function buildCli(directory: string): Promise<string[]> {
  const main = `${directory}/main.cjs`;
  const program = `${directory}/program.cjs`;
  await build({
    ...OPTIONS,
    entryPoints: ['src/cli/main.ts'],
    outfile: main,
    plugins: [besides('program')],
  });
  await build({
    ...OPTIONS,
    entryPoints: ['src/cli/program.ts'],
    outfile: program,
    plugins: [ortBindingPlugin('installed'), lazyBuiltinsPlugin(LAZY)],
  });
  const threads = ['batch-thread', 'model-thread'].map((name) => ({
    entry: `src/endpoint/${name}.ts`,
    outfile: `${directory}/${name}.cjs`,
  }));
  for (const { entry, outfile } of threads) {
    await build({
      ...OPTIONS,
      entryPoints: [entry],
      outfile,
      plugins: [ortBindingPlugin('installed'), lazyBuiltinsPlugin(LAZY)],
    });
  }
  chmodSync(main, 0o755);
  return [main, program, ...threads.map(({ outfile }) => outfile)];
}

/** Leave the import of `./<name>.ts` alone: it becomes a file beside the bundle. */
const besides = (name: string): Plugin => ({
  name: `besides-${name}`,
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^\\./${name}\\.ts$`) }, () => ({
      path: `./${name}.cjs`,
      external: true,
    }));
  },
});
