import { randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { type FileHandle, open, realpath, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileProblem } from './file-problem.ts';

/** An answer that is seen only when all of it is there. */
export interface PendingAnswer {
  /** Throws as `openPendingAnswer`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Drop what was written. */
  restart(): Promise<void>;
  /** Put it where it belongs. Throws as `openPendingAnswer`. */
  complete(): Promise<void>;
  /** Leave nothing behind. Does nothing once it is complete; never rejects. */
  abort(): Promise<void>;
}

/**
 * Keep an answer in a file beside the one that it will be; for standard output and whatever is no file, in the folder for
 * temporary files.
 *
 * @param path undefined: standard output
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it cannot be written
 */
export async function openPendingAnswer(path: string | undefined): Promise<PendingAnswer> {
  const name = path ?? 'standard output';
  const target = await translated(name, () => findTarget(path));
  const temporary =
    target.kind === 'file'
      ? join(dirname(target.path), `.${basename(target.path)}.${randomUUID()}.tmp`)
      : join(tmpdir(), `mlflow-serverless-${randomUUID()}.json`);
  const handle = await translated(name, () => open(temporary, 'wx+', target.mode));
  const remove = (): void => rmSync(temporary, { force: true });
  process.once('exit', remove); // a second ctrl-C waits for nothing
  let position = 0;
  let isEnded = false;

  async function abort(): Promise<void> {
    if (isEnded) return;
    isEnded = true;
    await handle.close().catch(() => undefined); // it is removed either way
    remove();
    process.removeListener('exit', remove);
  }

  async function place(): Promise<void> {
    if (target.kind === 'file') {
      await handle.chmod(target.mode ?? (await handle.stat()).mode);
      await handle.close();
      await rename(temporary, target.path);
    } else {
      await copyTo(target.path, handle);
    }
  }

  return {
    write: (bytes) =>
      translated(name, async () => {
        for (let at = 0; at < bytes.length; ) {
          const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position);
          at += bytesWritten;
          position += bytesWritten;
        }
      }),
    restart: () =>
      translated(name, async () => {
        await handle.truncate(0);
        position = 0;
      }),
    complete: () => translated(name, place).finally(abort),
    abort,
  };
}

type Target =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number | undefined }
  | { readonly kind: 'stream'; readonly path: string | undefined; readonly mode: number };

/** For the eyes of this user only. */
const PRIVATE = 0o600;

/** A file, there already or not, can be replaced by another; a device or a pipe cannot. */
async function findTarget(path: string | undefined): Promise<Target> {
  if (path === undefined) return { kind: 'stream', path, mode: PRIVATE };
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return { kind: 'file', path, mode: undefined };
  if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  if (found.isFile()) return { kind: 'file', path: await realpath(path), mode: found.mode };
  return { kind: 'stream', path, mode: PRIVATE };
}

async function copyTo(path: string | undefined, handle: FileHandle): Promise<void> {
  const bytes = handle.createReadStream({ start: 0, autoClose: false });
  if (path !== undefined) return pipeline(bytes, createWriteStream(path));
  await pipeline(bytes, process.stdout, { end: false });
  // MLflow writes no newline at the end; a person's prompt wants one.
  if (process.stdout.isTTY) process.stdout.write('\n');
}

async function translated<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw fileProblem('write', name, error);
  }
}
