import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, normalize, relative, sep } from 'node:path';
import { ServingError } from '../errors.ts';

/** A list of requirements is never longer; bytes. */
const MAX_BYTES = 4 * 2 ** 20;

/**
 * The text of a small file of a model directory; undefined when it is not there.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it lies elsewhere or is too long
 */
export async function readModelText(directory: string, path: string): Promise<string | undefined> {
  const inside = await insideModel(directory, path, path);
  if (inside === undefined) return undefined;
  const text = await readFile(join(directory, inside), 'utf8');
  if (text.length <= MAX_BYTES) return text;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${path} of the model is longer than ${MAX_BYTES} bytes`,
  );
}

/**
 * A path below the model directory, in its shortest form; undefined when there is nothing.
 *
 * Whoever logged the model wrote the path, so it is not trusted with other files of this machine:
 * links that lead out are refused as `..` is.
 *
 * @param where it is written, for the message
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it leads out of the directory
 */
export async function insideModel(
  directory: string,
  path: string,
  where: string,
): Promise<string | undefined> {
  const inside = normalize(path);
  const leaves = isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`);
  if (leaves || inside.startsWith('~') || inside.includes('\0')) throw outside(path, where);
  const [root, found] = await Promise.all([
    realpath(directory),
    realpath(join(directory, inside)).catch(undefinedIfAbsent),
  ]);
  if (found === undefined) return undefined;
  const way = relative(root, found);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw outside(path, where);
  return inside;
}

function undefinedIfAbsent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && /^E(?:NOENT|NOTDIR)$/.test(String(error.code)))
    return;
  throw error;
}

const outside = (path: string, where: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${where} names ${JSON.stringify(path.slice(0, 80))}, which is not in the model directory; ` +
      'name the package and its version instead, or put the file beside MLmodel and write its relative path',
  );
