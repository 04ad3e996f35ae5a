import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Variables } from './variables.ts';

/** The first file of that name on the PATH that can be run; undefined when there is none. */
export async function findProgram(
  name: string,
  environment: Variables,
): Promise<string | undefined> {
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    const path = join(folder === '' ? '.' : folder, name);
    const canRun = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (canRun) return path;
  }
  return undefined;
}
