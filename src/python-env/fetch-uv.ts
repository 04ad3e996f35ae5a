import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pythonIn } from './environment-folder.ts';
import { holdLock } from './environment-lock.ts';
import type { EnvironmentLog } from './environment-log.ts';
import type { CommandLine } from './installer.ts';
import { installerProblem } from './installer-problem.ts';
import { PIP_INSTALLER } from './pip-installer.ts';
import type { EnvironmentProgress } from './python-environment.ts';
import { runProgram } from './run-program.ts';
import { supervised } from './supervised.ts';
import type { Variables } from './variables.ts';

/** The one that is tested. */
export const UV_VERSION = '0.13.9';

export const UV_PROGRAM = process.platform === 'win32' ? 'uv.exe' : 'uv';

export interface UvFetching {
  /** Where environments are kept; a fetched uv is kept there, too. */
  readonly root: string;
  readonly environment: Variables;
  readonly log: EnvironmentLog;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: EnvironmentProgress) => void;
}

export type FetchedUv = { readonly path: string } | { readonly reason: string };

/**
 * Fetch uv from the package index into `tools` beside the environments, unless that was done before.
 *
 * A minute saved with every environment is worth the seconds that this takes once. It is there whole or not at all:
 * installed beside its place, tried, and moved.
 *
 * @param python any that has venv
 */
export async function fetchUv(python: string, fetching: UvFetching): Promise<FetchedUv> {
  const folder = join(fetching.root, 'tools', `uv-${UV_VERSION}`);
  const path = programIn(folder);
  if (existsSync(path)) return { path };
  await mkdir(dirname(folder), { recursive: true });
  const work = async (): Promise<FetchedUv> => {
    if (existsSync(path)) return { path };
    const reason = await install(python, folder, fetching);
    return reason === undefined ? { path } : { reason };
  };
  return holdLock(`${folder}.lock`, work, { signal: fetching.signal });
}

const programIn = (folder: string): string => join(dirname(pythonIn(folder)), UV_PROGRAM);

/** @returns why it could not be done */
async function install(
  python: string,
  folder: string,
  fetching: UvFetching,
): Promise<string | undefined> {
  const partial = `${folder}.partial`;
  const remove = (): Promise<void> => rm(partial, { recursive: true, force: true, maxRetries: 5 });
  fetching.onProgress({
    phase: 'python',
    text: `fetching uv ${UV_VERSION}, which installs faster`,
  });
  await remove(); // of a process that was killed
  try {
    const commands: CommandLine[] = [
      PIP_INSTALLER.create(python, partial),
      [pythonIn(partial), '-m', 'pip', 'install', ...PIP_OPTIONS, `uv==${UV_VERSION}`],
      [programIn(partial), '--version'],
    ];
    for (const command of commands) {
      const reason = await run(python, command, fetching);
      if (reason !== undefined) return reason;
    }
    await rm(folder, { recursive: true, force: true }); // without its program
    await rename(partial, folder);
    return undefined;
  } finally {
    await remove();
  }
}

/** A wheel or nothing: building uv takes longer than pip does with a model. An index that does not answer is not waited for. */
const PIP_OPTIONS = ['--progress-bar', 'off', '--no-deps', '--only-binary', ':all:', '--retries=1'];

async function run(
  python: string,
  command: CommandLine,
  { log, environment, signal }: UvFetching,
): Promise<string | undefined> {
  log.write(`$ ${command.join(' ')}`);
  const [program, ...args] = supervised(python, command);
  const end = await runProgram({
    ...{ command: program, args, environment, signal },
    onLine: (line) => log.write(line),
  });
  if (end?.code === 0) return undefined;
  const said = end?.lines.findLast((line) => line.trim() !== '');
  return installerProblem(end?.lines ?? []) ?? said ?? 'it ended without a word';
}
