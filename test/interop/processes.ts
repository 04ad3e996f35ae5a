import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  log(): string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Program and arguments; `{port}` is replaced by a free port. */
  command: string[];
  environment?: Record<string, string>;
  cwd?: string;
  /** Answers 200 when it is up. @default '/ping' */
  healthPath?: string;
  /** @default 120 000 */
  startTimeoutMs?: number;
}

const running = new Set<ServerProcess>();

/** Start a server in a process group of its own and wait until it answers. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { environment = {}, cwd, healthPath = '/ping', startTimeoutMs = 120_000 } = options;
  const port = await freePort();
  const [program, ...args] = options.command.map((part) => part.replace('{port}', String(port)));
  const logFile = join(mkdtempSync(join(tmpdir(), 'server-log-')), 'log');
  const output = openSync(logFile, 'a');
  const child = spawn(program as string, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...environment },
    // A file and not a pipe: nobody reads a pipe while this process waits for another program.
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const server: ServerProcess = {
    url: `http://127.0.0.1:${port}`,
    child,
    log: () => readFileSync(logFile, 'utf8').slice(-20_000),
    stop: async () => {
      running.delete(server);
      setImmediate(() => rmSync(dirname(logFile), { recursive: true, force: true }));
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      process.kill(-(child.pid as number), 'SIGTERM');
      const force = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), 5000);
      await gone;
      clearTimeout(force);
    },
  };
  running.add(server);
  const deadline = performance.now() + startTimeoutMs;
  while (!(await answers(server.url + healthPath))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      const log = server.log();
      await server.stop();
      throw new Error(`${program} ${args.join(' ')} did not come up\n${log}`);
    }
    await new Promise((wait) => setTimeout(wait, 50));
  }
  return server;
}

/** Stop whatever is still running; call it last, also after a failure. */
export const stopServers = async (): Promise<void> => {
  await Promise.all([...running].map((server) => server.stop()));
};

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status === 200;
  } catch {
    return false; // not listening yet: asked again
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
