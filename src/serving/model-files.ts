import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';

/**
 * The text of the `MLmodel` at the top of a model directory.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when there is none that can be read
 */
export async function readMlModelText(directory: string): Promise<string> {
  const path = join(directory, 'MLmodel');
  try {
    if (!(await stat(path)).isFile()) throw new Error('not a file'); // a named pipe is never read to its end
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ServingError(
      'RESOURCE_DOES_NOT_EXIST',
      'the model directory has no readable MLmodel file at its top; point the URI at the folder that holds it',
      { cause: error },
    );
  }
}

/**
 * The saved body for `/invocations`; undefined when there is none, or none that is worth trying.
 *
 * @param maxBytes a larger one counts as none
 */
export async function readServingExample(
  directory: string,
  mlmodel: MlModel,
  maxBytes: number,
): Promise<string | undefined> {
  const { servingPath } = mlmodel.inputExample ?? {};
  if (servingPath === undefined) return undefined;
  try {
    const path = join(directory, servingPath);
    const found = await stat(path);
    if (!found.isFile() || found.size > maxBytes) return undefined;
    return await readFile(path, 'utf8');
  } catch {
    return undefined; // the MLmodel may name an example that was not copied along
  }
}
