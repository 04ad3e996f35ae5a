#!/usr/bin/env node
'use strict';
// Not the built file itself: npx links the program once for a folder, and would link none for good in a clone that is not built yet.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '..', 'dist', 'cli', 'main.cjs');
if (existsSync(main)) {
  require(main);
} else {
  process.stderr.write(
    'mlflow-serverless: it is not built yet; in a clone, run "npm run build" first\n',
  );
  process.exitCode = 1;
}
