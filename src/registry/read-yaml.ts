import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServingError } from '../errors.ts';
import { isRecord } from './rest-fields.ts';

/** A writer may have emptied the file a moment ago; MLflow's own reader looks again, too. */
const ATTEMPTS = 3;
const PAUSE_MS = 50;

/**
 * Read a YAML file that holds one mapping of texts; `undefined` when there is no such file.
 *
 * Every scalar stays the text it is written as: a hex id such as 12e34 is no number.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when it is not a mapping, even when read again
 */
export async function readYaml(
  path: string,
  what: string,
): Promise<Record<string, unknown> | undefined> {
  const { parse } = await import('yaml');
  let cause: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await sleep(PAUSE_MS);
    const text = await readText(path);
    if (text === undefined) return undefined;
    try {
      const value: unknown = parse(text, { schema: 'failsafe' });
      if (isRecord(value)) return value;
    } catch (error) {
      cause = error;
    }
  }
  throw new ServingError('TEMPORARILY_UNAVAILABLE', `${what} is not readable YAML`, { cause });
}

/** The text of a file; `undefined` when there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw unreadable(cause);
  }
}

/** A failing disk or missing permission, without the path of this machine. */
export function unreadable(cause: unknown): ServingError {
  const { code } = cause as NodeJS.ErrnoException;
  const isDenied = code === 'EACCES' || code === 'EPERM';
  return new ServingError(
    isDenied ? 'PERMISSION_DENIED' : 'TEMPORARILY_UNAVAILABLE',
    `a file of the model registry cannot be read (${code ?? 'unknown error'})`,
    { cause },
  );
}
