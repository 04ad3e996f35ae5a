import type { BuildOptions } from 'esbuild';

/**
 * Azure's SDK in a CommonJS bundle: its ES modules ask for `import.meta.url`, which there is not.
 *
 * Its CommonJS build would do without, but esbuild prefers the other and cannot drop what is not used of this one.
 */
export const AZURE_SDK_OPTIONS = {
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
} as const satisfies BuildOptions;
