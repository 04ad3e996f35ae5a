import { opendir, readdir, stat } from 'node:fs/promises';
import { ServingError } from '../errors.ts';
import { absentAsUndefined, isAbsent, translateFileError } from './file-error.ts';
import { type FolderRoot, findInside } from './folder-paths.ts';
import type { CallOptions, ListedObject } from './object-store.ts';
import { WORK_FOLDER } from './work-folder.ts';

/** Every file below `prefix`; what vanishes while we look was not there. */
export async function listFolder(
  root: FolderRoot,
  prefix: string,
  { signal }: CallOptions = {},
): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  const visit = async (folder: string, above: readonly string[]): Promise<void> => {
    const real = await findInside(root, folder);
    if (real === undefined) return;
    if (above.includes(real)) throw circle(root, folder);
    for await (const entry of await opendir(real)) {
      signal?.throwIfAborted();
      const key = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (key === WORK_FOLDER) continue;
      if (entry.isDirectory()) await visit(key, [...above, real]);
      else await add(key, [...above, real]);
    }
  };
  /** A file, or a link to a file or a folder inside the root. */
  const add = async (key: string, above: readonly string[]): Promise<void> => {
    const real = await findInside(root, key);
    const found = real === undefined ? undefined : await stat(real).catch(absentAsUndefined);
    if (found?.isDirectory()) return visit(key, above);
    if (!found?.isFile()) return;
    objects.push({ key, sizeBytes: found.size, modifiedAtMs: found.mtimeMs });
  };
  try {
    await visit(prefix, []);
  } catch (error) {
    if (isAbsent(error)) return objects;
    throw translateFileError(error, `${root.uri}/${prefix}`);
  }
  return objects;
}

/** The names directly below `prefix`. */
export async function listFolderNames(
  root: FolderRoot,
  prefix: string,
  { signal }: CallOptions = {},
): Promise<string[]> {
  signal?.throwIfAborted();
  try {
    const real = await findInside(root, prefix);
    if (real === undefined) return [];
    const names = await readdir(real);
    return prefix === '' ? names.filter((name) => name !== WORK_FOLDER) : names;
  } catch (error) {
    if (isAbsent(error)) return [];
    throw translateFileError(error, `${root.uri}/${prefix}`);
  }
}

const circle = (root: FolderRoot, key: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${JSON.stringify(key.slice(0, 80))} at ${root.uri} is a link to a folder above it`,
  );
