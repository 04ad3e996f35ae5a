#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { nodeProblem } from './node-version.ts';

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`mlflow-serverless: ${problem}\n`);
  process.exit(1);
}
// Before anything else is imported, so that the rest starts from compiled code.
enableCompileCache();
import('./program.ts')
  .then(({ run }) => run(process.argv.slice(2)))
  .then((exitCode) => {
    // Connections kept for a next request would keep the process too; but what is written goes out first.
    process.stdout.write('', () => process.exit(exitCode));
  });
