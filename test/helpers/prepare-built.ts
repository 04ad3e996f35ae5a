import { existsSync } from 'node:fs';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { ensureVersityGateway } from '../../scripts/versitygw.ts';

/** Once before the files of `npm run test:deploy` and `test:artifact`, which run side by side and would each make these. */
export default function prepare(): void {
  if (!existsSync('dist/lambda-authorizer.zip')) {
    throw new Error('dist/ has no zips of the functions: run npm run build first');
  }
  ensurePythonEnvironment('interop');
  ensureVersityGateway();
}
