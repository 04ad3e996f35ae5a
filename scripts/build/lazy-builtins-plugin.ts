import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * Load some of Node's own modules when something of theirs is first used, not when the bundle starts.
 *
 * An `import` at the top of a file reads best and is loaded at once: `node:crypto` alone takes 3–5 ms of a
 * cold start, and a model that is opened where it lies never hashes anything.
 */
export const lazyBuiltinsPlugin = (names: readonly string[]): Plugin => ({
  name: 'lazy-builtins',
  setup(build) {
    const filter = new RegExp(`^(?:${names.join('|')})$`);
    build.onResolve({ filter }, ({ path, namespace }) =>
      namespace === 'lazy-builtin'
        ? { path, external: true }
        : { path: path.replace(/^(?!node:)/, 'node:'), namespace: 'lazy-builtin' },
    );
    build.onLoad({ filter: /./, namespace: 'lazy-builtin' }, ({ path }) => ({
      contents: `
        let loaded;
        for (const name of ${JSON.stringify(Object.keys(require(path)))}) {
          const get = () => (loaded ??= require(${JSON.stringify(path)}))[name];
          Object.defineProperty(exports, name, { get, enumerable: true });
        }`,
      loader: 'js',
    }));
  },
});
