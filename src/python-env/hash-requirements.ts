import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ModelRequirements } from './model-requirements.ts';

/** Counted up when environments made before must not be used any more. */
const FORMAT = 1;

/**
 * A name for everything that an environment is made from, the same on every machine: 16 hex digits.
 *
 * @param extra requirement lines beside the model's own
 */
export async function hashRequirements(
  directory: string,
  requirements: ModelRequirements,
  extra: readonly string[] = [],
): Promise<string> {
  const { python, buildLines, lines, constraints, options, files } = requirements;
  const digests: (readonly [path: string, sha256: string])[] = [];
  for (const path of [...new Set(files)].sort()) {
    for (const file of await filesBelow(directory, path)) {
      digests.push([file, await digestOf(join(directory, file))]);
    }
  }
  const all = [FORMAT, python ?? null, buildLines, lines, constraints, options, digests, extra];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
}

async function filesBelow(directory: string, path: string): Promise<string[]> {
  if (!(await stat(join(directory, path))).isDirectory()) return [path];
  const entries = await readdir(join(directory, path), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(directory, join(entry.parentPath, entry.name))).sort();
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest('hex');
}
