import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/**
 * Point onnxruntime-node's one native require at a file beside the bundle.
 *
 * The package chooses its binary by a path made at run time, so esbuild would look for all five
 * platforms; and `loader: copy` renames the file away from libonnxruntime.so.1, which it finds
 * through its own folder (RUNPATH $ORIGIN). Delete when onnxruntime-node has an `exports` map.
 */
export const ortBindingPlugin: Plugin = {
  name: 'ort-binding',
  setup(build) {
    build.onResolve({ filter: /^\.\/onnxruntime_binding\.node$/ }, ({ path }) => ({
      path,
      external: true,
    }));
    build.onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const contents = source.replace(
        /require\(`\.\.\/bin\/[^`]*`\)/,
        "require('./onnxruntime_binding.node')",
      );
      if (contents === source)
        throw new Error(
          `${path}: the native require was not found; check the version of onnxruntime-node`,
        );
      return { contents, loader: 'js' };
    });
  },
};
