import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REQUIREMENTS = 'test/interop/requirements.txt';

/**
 * The Python environment with the real MLflow and moto: made once in .venv/interop, made again
 * when the pinned requirements change. Needs python3 (3.10–3.13) with venv.
 *
 * @returns the folder of its programs: `python`, `mlflow`, `moto_server`
 */
export function ensurePythonEnvironment(): string {
  const directory = resolve('.venv/interop');
  const bin = join(directory, 'bin');
  const stamp = join(directory, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return bin;
  console.log(`making ${directory} from ${REQUIREMENTS} (a few minutes, once)`);
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
    REQUIREMENTS,
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
