import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;

/** Variables of the machine that would change what a command does. */
const { MLFLOW_TRACKING_URI: _, MLFLOW_REGISTRY_URI: __, ...inherited } = process.env;

export interface CliOptions {
  readonly stdin?: string;
  /** Beside the machine's; undefined takes one away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** @default the clone - where examples/registry and endpoint.yaml are */
  readonly cwd?: string;
}

export interface CliOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a command to its end. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliOutcome> {
  const running = startCli(args, options);
  running.child.stdin?.end(options.stdin ?? '');
  return running.ended;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliOutcome>;
  /** Resolves with what was printed so far, once it has `text` in it; rejects when the command ends first. */
  printed(text: string): Promise<string>;
}

/** Start a command that goes on until it is stopped. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...inherited, ...options.environment },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode, stdout, stderr }));
  const printed = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stdout.includes(text)) resolve(stdout);
      };
      look();
      child.stdout.on('data', look);
      child.once('close', () => reject(new Error(`the command ended: ${stderr}`)));
    });
  return { child, ended, printed };
}
