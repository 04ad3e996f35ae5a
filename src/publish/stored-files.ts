import { versionFolder } from '../registry/published-layout.ts';
import type { HashedFile } from './hash-files.ts';
import type { ObjectStore } from './object-store.ts';

/** The folder of a version's files; `directory` as its manifest has it. */
export const filesFolder = (name: string, version: string, directory: string): string =>
  `${versionFolder(name, version)}/${directory}`;

/** Which of the files are not there, or not of their size. */
export async function findMissingFiles(
  target: ObjectStore,
  folder: string,
  files: readonly HashedFile[],
  signal?: AbortSignal,
): Promise<HashedFile[]> {
  const stored = await target.list(folder, signal ? { signal } : {});
  const sizes = new Map(stored.map(({ key, sizeBytes }) => [key, sizeBytes]));
  return files.filter(({ path, sizeBytes }) => sizes.get(`${folder}/${path}`) !== sizeBytes);
}
