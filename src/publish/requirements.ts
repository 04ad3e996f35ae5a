import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutUserInfo } from './without-user-info.ts';

/** Enough for any environment that was made on purpose. */
const MAX_LINES = 1_000;

/**
 * The packages that a model was logged with: the lines of its `requirements.txt`, without comments, without options
 * (`--extra-index-url` may hold a password) and without user info in URLs.
 *
 * @returns undefined when there is no such file
 */
export async function readRequirements(directory: string): Promise<string[] | undefined> {
  const text = await readFile(join(directory, 'requirements.txt'), 'utf8').catch(() => undefined); // few models lack it
  return text
    ?.split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('-'))
    .slice(0, MAX_LINES)
    .map(withoutUserInfo);
}
