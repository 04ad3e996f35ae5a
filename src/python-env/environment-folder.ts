import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Variables } from './variables.ts';

/** Says what an environment was made from; written last, so that it marks a complete one. In images, too. */
export const ENVIRONMENT_FILE = 'environment.json';

/** Where an environment is, and what lies beside it. */
export interface EnvironmentFolder {
  readonly path: string;
  readonly python: string;
  /** Of the requirements and the platform. */
  readonly hash: string;
  readonly logPath: string;
  readonly lockPath: string;
}

export function environmentFolder(root: string, requirementsHash: string): EnvironmentFolder {
  const { platform, arch } = process;
  const hash = createHash('sha256')
    .update(`${requirementsHash} ${platform} ${arch}`)
    .digest('hex')
    .slice(0, 16);
  const path = join(root, `mlflow-serverless-${hash}`);
  return { path, python: pythonIn(path), hash, logPath: `${path}.log`, lockPath: `${path}.lock` };
}

/** MLflow's own folder for environments. @see mlflow/environment_variables.py, `MLFLOW_ENV_ROOT` */
export const environmentRoot = (environment: Variables): string =>
  environment['MLFLOW_ENV_ROOT']?.trim() || join(homedir(), '.mlflow', 'envs');

export const pythonIn = (folder: string): string =>
  process.platform === 'win32'
    ? join(folder, 'Scripts', 'python.exe')
    : join(folder, 'bin', 'python');

/** The requirements that an environment says it was made from; undefined when it is not complete. */
export function readEnvironmentFile(folder: string): string | undefined {
  try {
    const root: unknown = JSON.parse(readFileSync(join(folder, ENVIRONMENT_FILE), 'utf8'));
    const { requirements } = root as { readonly requirements?: unknown };
    return typeof requirements === 'string' ? requirements : undefined;
  } catch {
    return undefined; // absent, or cut off: then it is made again
  }
}

/** Complete, and its interpreter is still installed. */
export const isComplete = (folder: EnvironmentFolder, requirementsHash: string): boolean =>
  readEnvironmentFile(folder.path) === requirementsHash && existsSync(folder.python);

export const markComplete = (folder: EnvironmentFolder, requirementsHash: string): Promise<void> =>
  writeFile(
    join(folder.path, ENVIRONMENT_FILE),
    `${JSON.stringify({ requirements: requirementsHash })}\n`,
  );

/** For messages: without the name of whoever runs this. */
export const shortPath = (path: string): string =>
  path.startsWith(`${homedir()}/`) ? `~${path.slice(homedir().length)}` : path;
