import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

const PACKAGE = 'mlflow-serverless';

/** The processor a function runs on, by Node's name. */
export type ProcessorArchitecture = 'x64' | 'arm64';

/** The zip with the serving functions, as the package ships it: nothing is bundled at synth. */
export const servingCode = (architecture: ProcessorArchitecture): AssetCode =>
  codeFrom(`lambda-${architecture}.zip`);

/** The zip with the JWT authorizer; it has no native code, so it is one for all. */
export const authorizerCode = (): AssetCode => codeFrom('lambda-authorizer.zip');

function codeFrom(name: string): AssetCode {
  const path = join(packageDirectory(import.meta.dirname), 'dist', name);
  if (existsSync(path)) return Code.fromAsset(path);
  throw new Error(
    `dist/${name} is missing in the package ${PACKAGE}; in a clone of it, run "npm run build" first`,
  );
}

/** The source and the installed package have these files in different depths. */
function packageDirectory(start: string): string {
  for (let directory = start; ; directory = dirname(directory)) {
    const file = join(directory, 'package.json');
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === PACKAGE)
      return directory;
    if (directory === dirname(directory)) {
      throw new Error(`${start} is not inside the package ${PACKAGE}; install it whole`);
    }
  }
}
