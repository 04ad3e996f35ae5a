import { existsSync } from 'node:fs';

/** Before `npm pack`: a package without what `npm run build` makes would install, and then do nothing. */
const BUILT = [
  'dist/cli/main.cjs',
  'dist/cli/program.cjs',
  'dist/cli/batch-thread.cjs',
  'dist/index.js',
  'dist/cdk/index.js',
  'dist/types/src/index.d.ts',
  'dist/types/infra/aws/cdk.d.ts',
  'dist/lambda-x64.zip',
  'dist/lambda-arm64.zip',
  'dist/lambda-authorizer.zip',
  'dist/cli/model-thread.cjs',
  'dist/container/http.cjs',
  'dist/container/model-thread.cjs',
  'dist/azure-x64.zip',
  'endpoint.schema.json',
];

const missing = BUILT.filter((file) => !existsSync(file));
if (missing.length > 0) {
  console.error(`nothing was packed: ${missing.join(', ')} missing; run "npm run build" first`);
  process.exit(1);
}
