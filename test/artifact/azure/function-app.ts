import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DrivenRun } from '../../helpers/durable-driver.ts';

const ZIP = 'dist/azure-x64.zip';

export interface FunctionApp {
  readonly url: string;
  readonly functions: readonly {
    readonly name: string;
    readonly bindings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }[];
  readonly child: ChildProcess;
  /** Everything it wrote to its log so far. */
  log(): string;
  /** Call a function that a queue or a timer starts. @throws {Error} what the function threw */
  invoke(
    name: string,
    data: object,
    triggerMetadata?: object,
    /** By the type of their binding. */
    extraInputs?: object,
  ): Promise<{ outputData?: { name: string; data: { string?: string; json?: string } }[] }>;
  /** Run an orchestration to its end. */
  orchestrate(name: string, input: unknown, instanceId: string): Promise<DrivenRun>;
  stop(): Promise<void>;
}

/** The files of the function app as they are deployed. */
export function unzipFunctionApp(directory: string): void {
  execFileSync('unzip', ['-q', ZIP, '-d', directory]);
}

/**
 * Start a function app in a process of its own, whose environment is nothing but what is given.
 *
 * @throws {Error} with its log when it does not start
 */
export async function startFunctionApp(
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<FunctionApp> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'host-process.ts'), directory], {
    env: { HOME: '/tmp', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (text: Buffer) => {
    log += text.toString();
  });
  const exited = once(child, 'exit').then(() => {
    throw new Error(`the function app has ended: ${log}`);
  });
  exited.catch(() => {}); // of a stop
  let printed = '';
  const started = new Promise<string>((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      printed += text.toString();
      const end = printed.indexOf('\n');
      if (end >= 0) resolve(printed.slice(0, end));
    });
  });
  const { url, functions } = JSON.parse(await Promise.race([started, exited])) as Pick<
    FunctionApp,
    'url' | 'functions'
  >;
  return {
    ...{ url, functions, child },
    log: () => log,
    async orchestrate(name, input, instanceId) {
      const body = JSON.stringify({ input, instanceId });
      const response = await fetch(`${url}/__orchestrate/${name}`, { method: 'POST', body });
      if (!response.ok) throw new Error(await response.text());
      return response.json() as Promise<DrivenRun>;
    },
    async invoke(name, data, triggerMetadata = {}, extraInputs = {}) {
      const body = JSON.stringify({ data, triggerMetadata, extraInputs });
      const response = await fetch(`${url}/__invoke/${name}`, { method: 'POST', body });
      if (!response.ok) throw new Error(await response.text());
      return response.json() as ReturnType<FunctionApp['invoke']>;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await exited.catch(() => {});
    },
  };
}
