import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import { findWorker } from '../predictor/python/worker-path.ts';

/**
 * The flavors that can be converted, each with the packages that its converter needs beside the model's own.
 *
 * @returns requirement lines by flavor, as in python/converters/requirements.json
 * @throws {ServingError} NOT_IMPLEMENTED in a build without the folder `python`
 */
export async function readConverters(): Promise<Readonly<Record<string, readonly string[]>>> {
  const path = join(findWorker(), '..', 'converters', 'requirements.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ServingError(
      'NOT_IMPLEMENTED',
      'this build has no converters: the folder `python` is not beside it; use the npm package on a machine with Python',
      { cause },
    );
  });
  return JSON.parse(text) as Record<string, string[]>;
}
