import type { Plugin } from 'esbuild';

/**
 * Where the native module lies when the bundle runs: a JavaScript expression for `require`.
 *
 * `beside`: in the bundle's own folder, next to libonnxruntime.so.1, which it finds through RUNPATH $ORIGIN.
 * `installed`: in the package, for the machine it runs on.
 */
const LOCATIONS = {
  beside: "'./onnxruntime_binding.node'",
  installed:
    "['onnxruntime-node/bin/napi-v6', process.platform, process.arch, 'onnxruntime_binding.node'].join('/')",
} as const;

/**
 * Require onnxruntime-node's native module without the package's JavaScript around it.
 *
 * The package chooses its binary by a path made at run time, so esbuild would look for all five
 * platforms; and its JavaScript, with onnxruntime-common, costs 3–10 ms of a cold start and is not
 * used: native-runtime.ts brings its own tensor class. Delete when onnxruntime-node has an `exports` map.
 */
export const ortBindingPlugin = (location: keyof typeof LOCATIONS): Plugin => ({
  name: 'ort-binding',
  setup(build) {
    build.onResolve({ filter: /^onnxruntime-node\/dist\/binding\.js$/ }, () => ({
      path: 'binding',
      namespace: 'ort-binding',
    }));
    build.onResolve({ filter: /^\.\/onnxruntime_binding\.node$/ }, ({ path }) => ({
      path,
      external: true,
    }));
    build.onLoad({ filter: /./, namespace: 'ort-binding' }, () => ({
      contents: `exports.binding = require(${LOCATIONS[location]});`,
      loader: 'js',
    }));
  },
});
