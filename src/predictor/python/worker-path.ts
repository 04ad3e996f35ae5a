import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ServingError } from '../../errors.ts';

/** How far above a bundle, or above this file, the folder `python` may lie. */
const LEVELS = 5;

/**
 * Where worker.py is: in the folder `python` beside the bundle, or in one of the folders around it.
 *
 * In the source tree that is the repository's; in a package the one that the build copied.
 *
 * @throws {ServingError} NOT_IMPLEMENTED when it was not shipped
 */
export function findWorker(from: string = ownDirectory()): string {
  let folder = from;
  for (let level = 0; level < LEVELS; level++) {
    const path = join(folder, 'python', 'worker.py');
    if (existsSync(path)) return path;
    folder = dirname(folder);
  }
  throw new ServingError(
    'NOT_IMPLEMENTED',
    'this build has no Python runtime: the folder `python` with worker.py is not beside it; deploy the image that `generate-dockerfile` describes',
  );
}

/** A bundle is CommonJS and has `__dirname`; the source is a module and has `import.meta`. */
const ownDirectory = (): string =>
  typeof __dirname === 'string' ? __dirname : import.meta.dirname;
