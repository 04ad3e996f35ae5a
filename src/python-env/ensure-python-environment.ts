import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ServingError } from '../errors.ts';
import {
  type EnvironmentFolder,
  environmentFolder,
  environmentRoot,
  isComplete,
  markComplete,
  shortPath,
} from './environment-folder.ts';
import { holdLock } from './environment-lock.ts';
import { openEnvironmentLog } from './environment-log.ts';
import { findLocalPython } from './find-local-python.ts';
import { findPython } from './find-python.ts';
import { findUv } from './find-uv.ts';
import { hashRequirements } from './hash-requirements.ts';
import { installRequirements } from './install-requirements.ts';
import type { Installer } from './installer.ts';
import type { ModelRequirements } from './model-requirements.ts';
import { PIP_INSTALLER } from './pip-installer.ts';
import type { PythonEnvironment, PythonEnvironmentOptions } from './python-environment.ts';
import { readModelRequirements } from './read-model-requirements.ts';
import { toolEnvironment } from './tool-environment.ts';
import { createUvInstaller } from './uv-installer.ts';
import type { Variables } from './variables.ts';

/**
 * The Python environment that a model declares: found if it was made before, else made now.
 *
 * Processes that want the same one wait for the first. It is complete or not there at all: what is left of one that
 * was interrupted is removed. What the installer said stays beside it.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the requirements cannot be read or met, NOT_IMPLEMENTED when the
 *   Python version is not to be had, TEMPORARILY_UNAVAILABLE when the package index cannot be reached;
 *   the signal's reason when it was stopped
 */
export async function ensurePythonEnvironment(
  options: PythonEnvironmentOptions,
): Promise<PythonEnvironment> {
  const { directory, mlmodel, extra = [], signal } = options;
  const variables = options.environment ?? process.env;
  if (options.manager === 'local') return findLocalPython({ environment: variables, signal });
  const environment = toolEnvironment(variables);
  const requirements = await readModelRequirements(directory, mlmodel);
  const requirementsHash = await hashRequirements(directory, requirements, extra);
  const folder = environmentFolder(options.root ?? environmentRoot(environment), requirementsHash);
  const result = { python: folder.python, hash: folder.hash, logPath: folder.logPath };
  if (isComplete(folder, requirementsHash)) return { ...result, wasCached: true };
  await makeRoot(folder);
  const onWait = (): void =>
    options.onProgress?.({
      phase: 'waiting',
      text: 'another process is making the Python environment; waiting for it',
    });
  return holdLock(
    folder.lockPath,
    async () => {
      if (isComplete(folder, requirementsHash)) return { ...result, wasCached: true };
      await make({ options, requirements, folder, environment });
      await markComplete(folder, requirementsHash);
      return { ...result, wasCached: false };
    },
    { signal, onWait },
  );
}

interface Making {
  readonly options: PythonEnvironmentOptions;
  readonly requirements: ModelRequirements;
  readonly folder: EnvironmentFolder;
  readonly environment: Variables;
}

async function make({ options, requirements, folder, environment }: Making): Promise<void> {
  const { directory, extra = [], signal, onProgress = () => {} } = options;
  for (const text of requirements.notes) onProgress({ phase: 'install', text });
  const log = openEnvironmentLog(folder.logPath);
  const { manager } = options;
  const root = dirname(folder.path);
  const uv = await findUv({ manager, root, environment, log, signal, onProgress });
  const search = { version: requirements.python, uv, environment, signal, onProgress };
  const python = await findPython(search);
  const installer: Installer = uv === undefined ? PIP_INSTALLER : createUvInstaller(uv);
  const remove = (): Promise<void> =>
    rm(folder.path, { recursive: true, force: true, maxRetries: 5 });
  await remove(); // of one that was interrupted
  try {
    await installRequirements({
      directory,
      requirements,
      extra,
      folder,
      python,
      installer,
      log,
      environment,
      signal,
      onProgress,
    });
  } catch (error) {
    await remove();
    throw error;
  }
}

async function makeRoot({ path }: EnvironmentFolder): Promise<void> {
  const root = dirname(path);
  try {
    await mkdir(root, { recursive: true });
  } catch (cause) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `the folder for Python environments, ${shortPath(root)}, cannot be made; set MLFLOW_ENV_ROOT to one that can be written to`,
      { cause },
    );
  }
}
