import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { packageDirectory } from '../../../src/package-directory.ts';

/** The processor a function runs on, by Node's name. */
export type ProcessorArchitecture = 'x64' | 'arm64';

/** The zip with the serving functions, as the package ships it: nothing is bundled at synth. */
export const servingCode = (architecture: ProcessorArchitecture): AssetCode =>
  codeFrom(`lambda-${architecture}.zip`);

/** The zip with the JWT authorizer; it has no native code, so it is one for all. */
export const authorizerCode = (): AssetCode => codeFrom('lambda-authorizer.zip');

function codeFrom(name: string): AssetCode {
  const path = join(packageDirectory(), 'dist', name);
  if (existsSync(path)) return Code.fromAsset(path);
  throw new Error(
    `dist/${name} is missing in the package mlflow-serverless; in a clone of it, run "npm run build" first`,
  );
}
