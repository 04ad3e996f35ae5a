import { join } from 'node:path';

/** What runs a model with Python, without what converts one: name in the build context → place in the package. */
export const workerFiles = (packageDirectory: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['worker.py', 'mlflow_serverless_worker'].map((name) => [
      `python/${name}`,
      join(packageDirectory, 'python', name),
    ]),
  );
