import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { type Answer, type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

export interface LambdaOptions {
  /** The unpacked zip. */
  directory: string;
  /** `file.export`, as in the function's configuration. @default 'invocations.handler' */
  handler?: string;
  environment: Record<string, string>;
  /** Shell commands to run first in the function's process, to limit it. @default none */
  prologue?: string;
  /** Run on a read-only root with an empty /tmp. @default true */
  isolated?: boolean;
}

export interface LambdaProcess {
  invoke(event: unknown, options?: { timeoutMs?: number }): Promise<Answer>;
  /** The init phase is over; rejects when the function could not start. */
  readonly ready: Promise<void>;
  readonly child: ChildProcess;
  /** Everything it wrote to its log so far. */
  log(): string;
  stop(): Promise<void>;
}

const here = import.meta.dirname;
const ric = join(dirname(createRequire(import.meta.url).resolve('aws-lambda-ric')), 'index.mjs');

/**
 * Run a Lambda function as Lambda does: AWS's runtime interface client on the function's files, the
 * root read-only, only /tmp writable and empty, environment from nothing.
 *
 * Needs Linux and root (mount namespaces); fails with a sentence otherwise.
 */
export async function startLambda(options: LambdaOptions): Promise<LambdaProcess> {
  if (process.getuid?.() !== 0)
    throw new Error('the zip tests need root: they mount / read-only in a namespace');
  const { directory, handler = 'invocations.handler', environment, isolated = true } = options;
  const { prologue = ':' } = options;
  const api = await startRuntimeApi();
  const task = resolve(directory);
  const places = { node: dirname(process.execPath), ric: dirname(ric), runtime: here, task };
  const inside = isolated
    ? { node: '/mnt/node', ric: '/mnt/ric', runtime: '/mnt/runtime', task: '/mnt/task' }
    : places;
  const node = [
    join(inside.node, basename(process.execPath)),
    '--require',
    join(inside.runtime, 'rapid-client.cjs'),
    join(inside.ric, 'index.mjs'),
    handler,
  ];
  const binds = Object.entries(places).map(([name, path]) => `${name}=${path}`);
  const command = isolated
    ? ['unshare', '--mount', 'sh', '-c', READ_ONLY_ROOT, 'sh', ...binds, '--', ...node]
    : node;
  const child = spawn('sh', ['-c', `${prologue}; exec "$@"`, 'sh', ...command], {
    cwd: isolated ? '/' : task,
    env: { ...lambdaEnvironment(inside.task, handler, api.address), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watchFunction(child, api);
}

/** A function that was started with a runtime API of its own. */
export function watchFunction(child: ChildProcess, api: RuntimeApi): LambdaProcess {
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      log += text;
    });
  }
  const exited = new Promise<never>((_, reject) => {
    child.on('exit', (code, signal) =>
      reject(new Error(`the function exited (${signal ?? code})\n${log}`)),
    );
    child.on('error', reject);
  });
  const ready = Promise.race([api.ready, exited]);
  for (const promise of [exited, ready]) promise.catch(() => {}); // who awaits it sees it
  return {
    child,
    ready,
    invoke: (event, invokeOptions) => Promise.race([api.invoke(event, invokeOptions), exited]),
    log: () => log,
    stop: async () => {
      const gone = new Promise((done) => child.once('exit', done));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
        await gone;
      }
      await api.close();
    },
  };
}

/**
 * A private mount namespace: what the function needs is bound under /mnt (the checkout may lie in /tmp),
 * then /tmp is made empty and everything else read-only; then the command.
 */
const READ_ONLY_ROOT = `
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
while [ "$1" != -- ]; do
  mkdir "/mnt/\${1%%=*}"
  mount --bind "\${1#*=}" "/mnt/\${1%%=*}"
  shift
done
shift
for m in $(awk '$2 !~ "^/(proc|sys|dev)" {print $2}' /proc/mounts); do
  mount -o remount,ro,bind "$m" 2>/dev/null || true
done
mount -t tmpfs -o size=512m tmpfs /tmp
cd /mnt/task
if touch /mnt/task/written 2>/dev/null || touch /written 2>/dev/null; then
  echo 'the root is not read-only' >&2
  exit 1
fi
exec "$@"`;

/** What Lambda sets for every function. */
export const lambdaEnvironment = (
  directory: string,
  handler: string,
  api: string,
): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  HOME: '/tmp',
  AWS_LAMBDA_RUNTIME_API: api,
  AWS_LAMBDA_FUNCTION_NAME: 'local',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/local',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0',
  AWS_LAMBDA_LOG_FORMAT: 'JSON',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
  AWS_SESSION_TOKEN: 'testing',
  _HANDLER: handler,
  LAMBDA_TASK_ROOT: directory,
});
