import { randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileProblem } from './file-problem.ts';

/** What a pipe gave: all of it when it is little, else a file, which can be read more than once. */
export type SpooledInput =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string; remove(): void };

/**
 * Read standard input to its end. From `spooledFromBytes` on it goes into a temporary file that only its owner can read, and that
 * is gone when the process ends.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it cannot be read, or the file not be written; the signal's reason
 */
export async function spoolInput(
  input: AsyncIterable<Uint8Array>,
  { spooledFromBytes, signal }: { readonly spooledFromBytes: number; readonly signal: AbortSignal },
): Promise<SpooledInput> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const rest = readable(input);
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return { kind: 'bytes', bytes: Buffer.concat(pieces) };
    pieces.push(next.value);
    sizeBytes += next.value.length;
    if (sizeBytes >= spooledFromBytes) return writeToFile(pieces, rest, signal);
  }
}

async function* readable(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* input;
  } catch (error) {
    throw fileProblem('read', 'standard input', error);
  }
}

async function writeToFile(
  pieces: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<SpooledInput> {
  const path = join(tmpdir(), `mlflow-serverless-${randomUUID()}.input`);
  const removeFile = (): void => rmSync(path, { force: true });
  process.once('exit', removeFile); // a second ctrl-C waits for nothing
  const remove = (): void => {
    removeFile();
    process.removeListener('exit', removeFile);
  };
  async function* all() {
    yield* pieces;
    yield* rest;
  }
  try {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    await pipeline(Readable.from(all()), file, { signal });
  } catch (error) {
    remove();
    signal.throwIfAborted();
    throw (error as NodeJS.ErrnoException).syscall === undefined
      ? error
      : fileProblem('write', path, error);
  }
  return { kind: 'file', path, remove };
}
