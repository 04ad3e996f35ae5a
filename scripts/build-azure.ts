import { mkdirSync, rmSync, statSync } from 'node:fs';
import { buildAzure } from './build/azure-bundle.ts';

/**
 * `npm run build:azure`: the function app of Azure, into dist/.
 *
 *   dist/azure/           host.json, package.json, the bundle and ONNX Runtime's files
 *   dist/azure-x64.zip    the same, zipped: what is deployed
 */
mkdirSync('dist', { recursive: true });
rmSync('dist/azure', { recursive: true, force: true });
for (const file of await buildAzure('dist')) {
  console.log(`${file}  ${statSync(file).size.toLocaleString('en')} bytes`);
}
