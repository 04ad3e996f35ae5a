import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import { findProgram } from './find-program.ts';
import type { EnvironmentProgress } from './python-environment.ts';
import { runProgram } from './run-program.ts';
import type { Variables } from './variables.ts';

export interface PythonSearch {
  /** Minor version, as `3.11`; undefined takes any Python 3. */
  readonly version: string | undefined;
  /** Path of uv; undefined when it is not there, or not wanted. */
  readonly uv: string | undefined;
  readonly environment: Variables;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: EnvironmentProgress) => void;
}

/**
 * Find an interpreter of exactly the minor version that a model asks for: what uv knows, what is on the PATH, what
 * pyenv has installed, and at last what uv can download.
 *
 * @throws {ServingError} NOT_IMPLEMENTED when there is none, with the ways out
 */
export async function findPython(search: PythonSearch): Promise<string> {
  const found = await findInstalledPython(search);
  if (found !== undefined) return found;
  const { uv, version, environment, signal, onProgress } = search;
  if (uv !== undefined && version !== undefined) {
    onProgress({ phase: 'python', text: `downloading Python ${version} with uv` });
    const args = ['python', 'install', '--no-progress', version];
    const end = await runProgram({ command: uv, args, environment, signal });
    const downloaded = end?.code === 0 ? await askUv(search) : undefined;
    if (downloaded !== undefined) return downloaded;
  }
  throw missing(search);
}

/** Without a download. */
export async function findInstalledPython(search: PythonSearch): Promise<string | undefined> {
  const fromUv = await askUv(search);
  if (fromUv !== undefined) return fromUv;
  const { version, environment } = search;
  const names =
    version === undefined ? ['python3', 'python'] : [`python${version}`, 'python3', 'python'];
  const onPath = await Promise.all(names.map((name) => findProgram(name, environment)));
  const candidates = [...onPath, ...(await fromPyenv(search))];
  for (const candidate of candidates) {
    if (candidate !== undefined && (await hasVersion(candidate, search))) return candidate;
  }
  return undefined;
}

/** uv alone never downloads one here: that is said, and takes long. */
async function askUv({
  uv,
  version,
  environment,
  signal,
}: PythonSearch): Promise<string | undefined> {
  if (uv === undefined) return undefined;
  const args = [
    'python',
    'find',
    '--system',
    '--no-project',
    '--no-python-downloads',
    version ?? '3',
  ];
  const end = await runProgram({ command: uv, args, environment, signal });
  const path = end?.lines.at(-1)?.trim();
  return end?.code === 0 && path?.startsWith('/') ? path : undefined;
}

/** Its shims answer only for the version that is switched on; the newest installed one will do. */
async function fromPyenv({ version, environment }: PythonSearch): Promise<string[]> {
  const root = environment['PYENV_ROOT'] ?? join(environment['HOME'] ?? homedir(), '.pyenv');
  const folders = await readdir(join(root, 'versions')).catch((): string[] => []);
  const fitting = folders.filter((name) => version === undefined || name.startsWith(`${version}.`));
  const newestFirst = fitting.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return newestFirst.map((name) => join(root, 'versions', name, 'bin', 'python'));
}

async function hasVersion(
  command: string,
  { version, environment, signal }: PythonSearch,
): Promise<boolean> {
  const args = ['-I', '-c', 'import sys; print("%d.%d" % sys.version_info[:2])'];
  const end = await runProgram({ command, args, environment, signal });
  const found = end?.code === 0 ? end.lines.at(-1)?.trim() : undefined;
  return version === undefined ? found?.startsWith('3.') === true : found === version;
}

function missing({ version, uv }: PythonSearch): ServingError {
  const what = version === undefined ? 'Python 3' : `Python ${version}`;
  const tried = uv === undefined ? '' : ', and uv could not download it';
  const install =
    uv === undefined
      ? 'install uv, which fetches it, or'
      : `install it (uv python install ${version ?? '3'}, pyenv, your system), or`;
  return new ServingError(
    'NOT_IMPLEMENTED',
    `the model asks for ${what}, which is not on this machine${tried}; ${install} take the python3 of the PATH with --env-manager local`,
  );
}
