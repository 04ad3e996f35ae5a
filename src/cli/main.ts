#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before anything else is imported, so that the rest starts from compiled code.
enableCompileCache();
import('./program.ts')
  .then(({ run }) => run(process.argv.slice(2)))
  .then((exitCode) => {
    // Connections kept for a next request would keep the process too; but what is written goes out first.
    process.stdout.write('', () => process.exit(exitCode));
  });
