import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** Everything is dated alike, so that the same source gives the same zip. */
const MODIFIED = new Date('2026-01-01T00:00:00Z');

/** Zip the files of a folder, native ones executable. */
export async function zipDirectory(directory: string, target: string): Promise<void> {
  const zip = new ZipFile();
  for (const name of readdirSync(directory).sort()) {
    const isNative = /\.node$|\.so(\.\d+)*$/.test(name);
    zip.addBuffer(readFileSync(join(directory, name)), name, {
      mtime: MODIFIED,
      mode: isNative ? 0o100755 : 0o100644,
      compressionLevel: 9,
    });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(target));
}
