import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactFile } from '../registry/model-registry.ts';

/** What one folder of the disk cache says about itself. Written last, so its presence means complete. */
export interface DiskEntry {
  readonly files: readonly ArtifactFile[];
  readonly sizeBytes: number;
}

const ENTRY_FILE = 'entry.json';

/** List a complete model directory and write down beside it what is in it. */
export async function writeDiskEntry(folder: string, modelFolder: string): Promise<DiskEntry> {
  const files = await listFiles(modelFolder);
  const entry = { files, sizeBytes: sumBytes(files) };
  await writeFile(join(folder, ENTRY_FILE), JSON.stringify(entry));
  return entry;
}

/** The entry and when it was last used; undefined when there is none that can be read. */
export async function findDiskEntry(
  folder: string,
): Promise<(DiskEntry & { readonly usedAtMs: number }) | undefined> {
  try {
    const path = join(folder, ENTRY_FILE);
    const entry: DiskEntry = JSON.parse(await readFile(path, 'utf8'));
    return { ...entry, usedAtMs: (await stat(path)).mtimeMs };
  } catch {
    return undefined; // absent, cut short or unreadable: as good as none
  }
}

export async function touchDiskEntry(folder: string, nowMs: number): Promise<void> {
  const seconds = nowMs / 1000;
  await utimes(join(folder, ENTRY_FILE), seconds, seconds).catch(() => {}); // only the order of eviction suffers
}

/** The first file that is missing or has another size than it should. */
export async function findWrongSize(
  modelFolder: string,
  files: readonly ArtifactFile[],
): Promise<string | undefined> {
  const sizes = await Promise.all(
    files.map(async ({ path }) => {
      const found = await stat(join(modelFolder, path)).catch(() => undefined); // counts as missing
      return found?.isFile() ? found.size : undefined;
    }),
  );
  return files.find(({ sizeBytes }, index) => sizes[index] !== sizeBytes)?.path;
}

export async function listFiles(folder: string): Promise<ArtifactFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { path: path.slice(folder.length + 1), sizeBytes: (await stat(path)).size };
    }),
  );
}

export const sumBytes = (files: readonly ArtifactFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
