import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends it, and every process that it started. */
  readonly signal?: AbortSignal | undefined;
  /** Of stdout and stderr, as they come. */
  readonly onLine?: (line: string) => void;
}

export interface ProgramEnd {
  /** undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly lines: readonly string[];
}

/** What asks nicely is given so long; ms. */
const GRACE_MS = 2_000;
/** The last lines are what an error is made of. */
const KEPT_LINES = 2_000;

/**
 * Run a program to its end, in a process group of its own.
 *
 * @returns undefined when there is no such program
 * @throws the signal's reason, when nothing of the program runs any more
 */
export async function runProgram(program: Program): Promise<ProgramEnd | undefined> {
  const { command, args, cwd, environment, signal, onLine } = program;
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    env: environment,
    ...(cwd === undefined ? {} : { cwd }),
    detached: true, // a group of its own: what it starts can be ended with it
    stdio: ['pipe', 'pipe', 'pipe'], // nothing is written; it ends with this process
  });
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    onLine?.(line);
  };
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', keep);
  const stop = (): void => endGroup(child);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const code = await new Promise<number | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? undefined));
    });
    signal?.throwIfAborted();
    return { code, lines };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function endGroup(child: ChildProcess): void {
  kill(child, 'SIGTERM');
  const timer = setTimeout(() => kill(child, 'SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(timer));
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended already
  }
}
