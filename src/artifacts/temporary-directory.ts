import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** No download takes so long; whose writer cannot be told (another machine, a number given anew) goes then. Milliseconds. */
const LONGEST_LIFE_MS = 24 * 3_600_000;
const NAME = /\.partial-([A-Za-z0-9.-]+)-(\d+)-([0-9a-f]{12})$/;
const HOST = hostname().replaceAll(/[^A-Za-z0-9.-]/g, '.') || 'localhost';

/** Names this process is writing now: a restarted process may have the number of the killed one. */
const active = new Set<string>();

/** A directory beside its target, to be moved there when it is complete. */
export interface TemporaryDirectory {
  readonly path: string;
  /**
   * Move it to the target in one step.
   *
   * @returns false when another process was first: its directory stays, ours is removed
   */
  moveIntoPlace(): Promise<boolean>;
  /** Idempotent; does nothing after a move. */
  remove(): Promise<void>;
}

/**
 * Make a directory beside `target`, on the same disk, and remove what killed processes left there.
 *
 * The name holds host, process number and a random part, so that any later process can tell whether
 * its writer still lives.
 */
export async function createTemporaryDirectory(target: string): Promise<TemporaryDirectory> {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  const left = readdirSync(parent).filter((name) => NAME.test(name) && !active.has(name));
  if (left.length > 0) await removeAbandoned(parent, left);
  const random = randomBytes(6).toString('hex');
  const name = `${basename(target)}.partial-${HOST}-${process.pid}-${random}`;
  const path = join(parent, name);
  active.add(name);
  mkdirSync(path);

  const remove = async () => {
    if (!active.has(name)) return;
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
    active.delete(name);
  };
  const moveIntoPlace = async () => {
    try {
      await rename(path, target);
      active.delete(name);
      return true;
    } catch (error) {
      if (!isOccupied(error)) throw error;
      await remove();
      return false;
    }
  };
  return { path, moveIntoPlace, remove };
}

const isOccupied = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(ENOTEMPTY|EEXIST)$/.test(String(error.code));

async function removeAbandoned(parent: string, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      const path = join(parent, name);
      if (await isAbandoned(name, path)) await rm(path, { recursive: true, force: true });
    }),
  );
}

async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [, host, processNumber] = NAME.exec(name) ?? [];
  if (host === HOST && !isAlive(Number(processNumber))) return true;
  const found = await stat(path).catch(() => undefined); // gone meanwhile: nothing to remove
  return found !== undefined && Date.now() - found.mtimeMs > LONGEST_LIFE_MS;
}

/** Our own number counts as dead: what we write is in `active` and never asked about. */
function isAlive(processNumber: number): boolean {
  if (processNumber === process.pid) return false;
  try {
    process.kill(processNumber, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
