import { mkdirSync, rmSync, statSync } from 'node:fs';
import { buildAuthorizer } from './build/authorizer-bundle.ts';
import { buildAzure } from './build/azure-bundle.ts';
import { buildCli } from './build/cli-bundle.ts';
import { buildContainer } from './build/container-bundle.ts';
import { ARCHITECTURES, buildLambda } from './build/lambda-bundle.ts';
import { buildEntries } from './build/package-entries.ts';

/**
 * `npm run build [-- cli|lambda|azure|package]`: everything that is deployed or published, into dist/.
 *
 *   dist/cli/main.cjs            the command line
 *   dist/index.js, dist/cdk/     what can be imported; dist/types/ their declarations
 *   dist/lambda/<arch>/          the files of the Lambda functions
 *   dist/lambda-<arch>.zip       the same, zipped: what the functions' code is
 *   dist/azure/                  the function app of Azure: host.json, bundles, ONNX Runtime
 *   dist/azure-x64.zip           the same, zipped
 *   dist/container/http.cjs       what a container runs on any other platform
 *   dist/lambda-authorizer.zip   the JWT authorizer, a function of its own
 */
const only = process.argv[2];
mkdirSync('dist', { recursive: true });

if (only === undefined || only === 'cli') {
  rmSync('dist/cli', { recursive: true, force: true });
  report(await buildCli('dist/cli'));
}
if (only === undefined || only === 'lambda') {
  rmSync('dist/lambda', { recursive: true, force: true });
  for (const architecture of ARCHITECTURES) report(await buildLambda('dist', architecture));
  report(await buildAuthorizer('dist'));
  report(await buildContainer('dist'));
}
if (only === undefined || only === 'azure') {
  rmSync('dist/azure', { recursive: true, force: true });
  report(await buildAzure('dist'));
}
if (only === undefined || only === 'package') report(await buildEntries('dist'));

function report(files: string[]): void {
  for (const file of files)
    console.log(`${file}  ${statSync(file).size.toLocaleString('en')} bytes`);
}
