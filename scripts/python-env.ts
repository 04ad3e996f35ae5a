import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * `interop`: the real MLflow and moto. `infra`: what checks templates. `mlflow2`: an old MLflow. `flavors`: what models
 * of every flavor are trained with. Apart, as their pins contradict.
 */
export type PythonEnvironment = 'interop' | 'infra' | 'mlflow2' | 'flavors';

/**
 * A Python environment with the packages of test/<name>/requirements.txt: made once in .venv/<name>,
 * made again when the pins change. Needs python3 (3.10–3.13) with venv.
 *
 * @returns the folder of its programs: `python`, and `mlflow`, `moto_server` or `cfn-lint`, `checkov`
 */
export function ensurePythonEnvironment(name: PythonEnvironment = 'interop'): string {
  const requirements = `test/${name}/requirements.txt`;
  const directory = resolve('.venv', name);
  const bin = join(directory, 'bin');
  const stamp = join(directory, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return bin;
  console.log(`making ${directory} from ${requirements} (a few minutes, once)`);
  rmSync(directory, { recursive: true, force: true });
  run('python3', ['-m', 'venv', directory], 'install Python 3.10 or newer with its venv module');
  run(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', 'uv'], 'pip could not install uv');
  const install = [
    'pip',
    'install',
    '--quiet',
    '--python',
    join(bin, 'python'),
    '-r',
    requirements,
  ];
  run(join(bin, 'uv'), install, 'the pinned requirements could not be installed');
  writeFileSync(stamp, wanted);
  return bin;
}

function run(command: string, args: string[], advice: string): void {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (error) {
    throw new Error(`${command} ${args.slice(0, 3).join(' ')} failed: ${advice}`, { cause: error });
  }
}
