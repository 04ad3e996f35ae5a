import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Installer, InstallFiles } from './installer.ts';
import type { ModelRequirements } from './model-requirements.ts';

const NAMES = {
  build: 'mlflow-serverless-build.txt',
  requirements: 'mlflow-serverless-requirements.txt',
};
const CONSTRAINTS = 'mlflow-serverless-constraints.txt';

/** A folder that an installer is started in. */
export interface WorkDirectory {
  readonly path: string;
  /** One after the other: what it was built with, then everything else. */
  readonly installs: readonly InstallFiles[];
  remove(): Promise<void>;
}

/**
 * Put the lists of requirements, and links to the files that they refer to, into a folder for temporary files.
 *
 * The model's own folder may be read-only, and what else lies in it (a pyproject.toml) would be taken for settings.
 */
export async function makeWorkDirectory(
  directory: string,
  requirements: ModelRequirements,
  installer: Installer,
  extra: readonly string[],
): Promise<WorkDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'mlflow-serverless-'));
  const write = (name: string, lines: readonly string[]): Promise<void> =>
    writeFile(join(path, name), `${lines.join('\n')}\n`, { mode: 0o600 });
  const inFile = requirements.options.filter((option) => installer.isFileOption(option));
  const options = requirements.options.filter((option) => !installer.isFileOption(option));
  const constraints = requirements.constraints.length > 0 ? CONSTRAINTS : undefined;
  for (const name of await topNames(directory, requirements.files)) {
    await link(resolve(directory, name), join(path, name));
  }
  if (constraints !== undefined) await write(constraints, requirements.constraints);
  await write(NAMES.build, [...inFile, ...requirements.buildLines]);
  await write(NAMES.requirements, [...inFile, ...requirements.lines, ...extra]);
  const installs: InstallFiles[] = [{ requirements: NAMES.requirements, constraints, options }];
  if (requirements.buildLines.length > 0) {
    const safe = options.filter((option) => option !== '--require-hashes'); // MLflow writes these lines without
    installs.unshift({ requirements: NAMES.build, constraints: undefined, options: safe });
  }
  return { path, installs, remove: () => rm(path, { recursive: true, force: true }) };
}

/** What has to be in the folder for the paths to lead somewhere; `.` is everything. */
async function topNames(directory: string, files: readonly string[]): Promise<string[]> {
  const names = files.map((file) => file.split(/[\\/]/)[0] as string);
  return names.includes('.') ? readdir(directory) : [...new Set(names)];
}

/** Where links are not allowed, a copy. */
const link = (from: string, to: string): Promise<void> =>
  symlink(from, to).catch(() => cp(from, to, { recursive: true }));
