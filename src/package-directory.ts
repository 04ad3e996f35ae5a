import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE = 'mlflow-serverless';

/** The folder of this package: its source and what is built of it lie in different depths. */
export function packageDirectory(): string {
  // A bundle of the command line is CommonJS; the source, and what a CDK app imports, are modules.
  const start = typeof __dirname === 'string' ? __dirname : import.meta.dirname;
  for (let directory = start; ; directory = dirname(directory)) {
    const file = join(directory, 'package.json');
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === PACKAGE)
      return directory;
    if (directory === dirname(directory)) {
      throw new Error(`${start} is not inside the package ${PACKAGE}; install it whole`);
    }
  }
}
