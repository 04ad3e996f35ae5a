import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SubjectFile } from './subject.ts';

/** More would be no model; the audit says what it saw. */
const MAX_FILES = 100_000;

/** All files below a directory, by path. Links are listed and not followed. */
export async function listFiles(directory: string): Promise<SubjectFile[]> {
  const found: SubjectFile[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(join(directory, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= MAX_FILES) return;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else {
        const { size } = await lstat(join(directory, path));
        found.push({ path, sizeBytes: size, isLink: entry.isSymbolicLink() });
      }
    }
  };
  await walk('');
  return found;
}
