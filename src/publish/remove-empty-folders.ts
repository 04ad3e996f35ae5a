import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** From `folder` up to, not including, `root`: folders come and go with their objects, as in a bucket. */
export async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let at = folder; at.startsWith(`${root}/`); at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return; // something else lies in it, or another process was faster
    }
  }
}
