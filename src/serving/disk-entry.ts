import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArtifactFile } from '../registry/model-registry.ts';

// Synchronous throughout: a few dozen system calls of microseconds each, where a trip through the
// thread pool for each would cost a cold start milliseconds.

/** What one folder of the disk cache says about itself. Written last, so its presence means complete. */
export interface DiskEntry {
  readonly files: readonly ArtifactFile[];
  readonly sizeBytes: number;
}

const ENTRY_FILE = 'entry.json';

/** List a complete model directory and write down beside it what is in it. */
export function writeDiskEntry(folder: string, modelFolder: string): DiskEntry {
  const files = listFiles(modelFolder);
  const entry = { files, sizeBytes: sumBytes(files) };
  writeFileSync(join(folder, ENTRY_FILE), JSON.stringify(entry));
  return entry;
}

/** The entry and when it was last used; undefined when there is none that can be read. */
export function findDiskEntry(
  folder: string,
): (DiskEntry & { readonly usedAtMs: number }) | undefined {
  try {
    const path = join(folder, ENTRY_FILE);
    const entry: DiskEntry = JSON.parse(readFileSync(path, 'utf8'));
    return { ...entry, usedAtMs: statSync(path).mtimeMs };
  } catch {
    return undefined; // absent, cut short or unreadable: as good as none
  }
}

/** Write down that the entry was used just now. */
export function touchDiskEntry(folder: string, nowMs: number): void {
  try {
    utimesSync(join(folder, ENTRY_FILE), nowMs / 1000, nowMs / 1000);
  } catch {
    // A read-only disk: only the order of eviction suffers, and nothing is evicted there.
  }
}

/** The first file that is missing or has another size than it should. */
export function findWrongSize(
  modelFolder: string,
  files: readonly ArtifactFile[],
): string | undefined {
  return files.find(({ path, sizeBytes }) => {
    const found = statSync(join(modelFolder, path), { throwIfNoEntry: false });
    return !found?.isFile() || found.size !== sizeBytes;
  })?.path;
}

export function listFiles(folder: string): ArtifactFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { path: path.slice(folder.length + 1), sizeBytes: sizeOf(path) };
    });
}

/** A link that leads nowhere, or to itself, holds nothing; whoever needs the file says so. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

export const sumBytes = (files: readonly ArtifactFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
