import { ServingError } from '../errors.ts';
import { redact } from '../redact.ts';
import { fetchUv, UV_PROGRAM, type UvFetching } from './fetch-uv.ts';
import { findProgram } from './find-program.ts';
import { findInstalledPython } from './find-python.ts';
import type { EnvironmentManager } from './python-environment.ts';
import { runProgram } from './run-program.ts';

export interface UvSearch extends UvFetching {
  readonly manager: EnvironmentManager | undefined;
}

/**
 * Find uv: on the PATH, as a package of the Python there, or fetched from the package index, once.
 *
 * @returns undefined when it is not wanted (virtualenv), or cannot be had: why is said, and stays in the log
 * @throws {ServingError} INVALID_PARAMETER_VALUE when uv alone is wanted and cannot be had
 */
export async function findUv(search: UvSearch): Promise<string | undefined> {
  if (search.manager === 'virtualenv') return undefined;
  const onPath = await findProgram(UV_PROGRAM, search.environment);
  if (onPath !== undefined) return onPath;
  const python = await findInstalledPython({ ...search, version: undefined, uv: undefined });
  if (python === undefined) return without(search, 'there is no Python to fetch it with');
  const inPackage = await uvOfPackage(python, search);
  if (inPackage !== undefined) return inPackage;
  const fetched = await fetchUv(python, search);
  return 'path' in fetched ? fetched.path : without(search, fetched.reason);
}

/** Not from the folder that this was started in. */
const UV_OF_PACKAGE =
  'import sys; sys.path = [path for path in sys.path if path]; import uv; print(uv.find_uv_bin())';

/** What `python -m uv` would start. */
async function uvOfPackage(
  command: string,
  { environment, signal }: UvSearch,
): Promise<string | undefined> {
  const args = ['-c', UV_OF_PACKAGE];
  const end = await runProgram({ command, args, environment, signal });
  return end?.code === 0 ? end.lines.at(-1)?.trim() : undefined;
}

function without({ manager, log, onProgress }: UvSearch, why: string): undefined {
  const reason = redact(why);
  log.write(`uv could not be fetched: ${reason}`);
  if (manager === 'uv') {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `uv is not on the PATH, and could not be fetched: ${reason}; install it (pip install uv), or take --env-manager virtualenv, which needs only Python`,
    );
  }
  const text = `pip installs the packages, which takes longer: uv is not here, and could not be fetched (${reason})`;
  onProgress({ phase: 'python', text });
  return undefined;
}
