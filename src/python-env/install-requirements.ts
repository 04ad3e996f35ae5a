import { dirname } from 'node:path';
import { ServingError } from '../errors.ts';
import { checkMlflow } from './check-mlflow.ts';
import { type EnvironmentFolder, shortPath } from './environment-folder.ts';
import type { EnvironmentLog } from './environment-log.ts';
import { installedPackages } from './installed-packages.ts';
import type { CommandLine, Installer } from './installer.ts';
import { installerProblem, isNetworkProblem } from './installer-problem.ts';
import type { ModelRequirements } from './model-requirements.ts';
import type { EnvironmentProgress } from './python-environment.ts';
import { runProgram } from './run-program.ts';
import { supervised } from './supervised.ts';
import type { Variables } from './variables.ts';
import { makeWorkDirectory } from './work-directory.ts';

export interface Installation {
  readonly directory: string;
  readonly requirements: ModelRequirements;
  readonly extra: readonly string[];
  readonly folder: EnvironmentFolder;
  /** That the environment is made from. */
  readonly python: string;
  readonly installer: Installer;
  readonly log: EnvironmentLog;
  readonly environment: Variables;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: EnvironmentProgress) => void;
}

/**
 * Make a virtual environment, install everything into it, and try whether MLflow can be loaded there.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE with the installer's own reason and where its log is,
 *   TEMPORARILY_UNAVAILABLE when the package index cannot be reached
 */
export async function installRequirements(installation: Installation): Promise<void> {
  const { directory, requirements, extra, folder, installer, log, onProgress } = installation;
  const version = requirements.python ?? '3';
  onProgress({
    phase: 'python',
    text: `making an environment of Python ${version} with ${installer.name}`,
  });
  await run(installation, installer.create(installation.python, folder.path));
  const work = await makeWorkDirectory(directory, requirements, installer, extra);
  try {
    const count = requirements.lines.length + extra.length;
    onProgress({ phase: 'install', text: `installing ${count} requirements and what they need` });
    const startedAtMs = performance.now();
    let packages = 0;
    for (const files of work.installs) {
      const lines = await run(installation, installer.install(folder.python, files), work.path);
      packages += installedPackages(lines);
    }
    const seconds = Math.ceil((performance.now() - startedAtMs) / 1000);
    const what = packages === 1 ? '1 package' : `${packages} packages`;
    onProgress({ phase: 'install', text: `installed ${what} in ${seconds} s` });
  } finally {
    await work.remove();
  }
  onProgress({ phase: 'check', text: 'loading MLflow in the new environment' });
  const problem = await checkMlflow(folder.python, installation);
  if (problem === undefined) return;
  log.write(problem);
  throw failed(installation, `MLflow cannot be loaded in it (${problem})`);
}

async function run(
  installation: Installation,
  command: CommandLine,
  cwd?: string,
): Promise<readonly string[]> {
  const { environment, log, signal, onProgress, python } = installation;
  log.write(`$ ${command.join(' ')}`);
  const [program, ...args] = supervised(python, command);
  const onLine = (line: string): void => {
    log.write(line);
    const text = progressText(line);
    if (text !== undefined) onProgress({ phase: 'install', text, isDetail: true });
  };
  const end = await runProgram({
    command: program,
    args,
    environment,
    signal,
    onLine,
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (end?.code === 0) return end.lines;
  const lines = end?.lines ?? [];
  const reason =
    installerProblem(lines) ??
    lines.findLast((line) => line.trim() !== '') ??
    'it ended without a word';
  if (lines.some((line) => FULL_DISK.test(line))) throw diskFull(installation);
  throw failed(installation, reason, isNetworkProblem(lines));
}

/** As C's library says it; uv and pip pass it on. */
const FULL_DISK = /no space left on device|disk quota exceeded/i;

const diskFull = ({ folder }: Installation): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `the Python environment of the model cannot be made: the disk with ${shortPath(dirname(folder.logPath))} is full; make room, or name another folder in MLFLOW_ENV_ROOT`,
  );

/** What uv and pip say of what they do, without the noise. */
function progressText(line: string): string | undefined {
  const [text] =
    /^\s*(?:Resolved|Downloading|Building|Prepared|Installed|Collecting|Installing)\b.*/.exec(
      line,
    ) ?? [];
  return text?.trim().slice(0, 120);
}

function failed(
  { requirements, folder }: Installation,
  reason: string,
  isNetwork = false,
): ServingError {
  const fix = isNetwork
    ? 'is the package index reachable from here (PIP_INDEX_URL, UV_INDEX_URL, HTTPS_PROXY)?'
    : `change ${requirements.source} of the model (mlflow.models.update_model_requirements does), or take the Python of this machine with --env-manager local`;
  return new ServingError(
    isNetwork ? 'TEMPORARILY_UNAVAILABLE' : 'INVALID_PARAMETER_VALUE',
    `the Python environment of the model cannot be made: ${reason}; ${fix}; the installer's log is ${shortPath(folder.logPath)}`,
  );
}
