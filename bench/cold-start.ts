import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { freePort } from '../test/interop/processes.ts';
import { type CpuQuota, createCpuQuota } from './cpu-quota.ts';
import { median } from './statistics.ts';

export interface Starter {
  name: string;
  /** Program and arguments; `{port}` is replaced. */
  command: string[];
  environment?: Record<string, string>;
  /** Files that an earlier run left and a cold start would not have. */
  clean?: string[];
  rounds: number;
}

export interface ColdStart {
  name: string;
  /** Process start → first 200 of a prediction; ms, median. */
  medianMs: number;
  samples: number[];
}

/** Start each server `rounds` times in turn, from nothing to its first prediction. */
export async function measureColdStarts(
  starters: readonly Starter[],
  body: string,
  cpuShare?: number,
): Promise<ColdStart[]> {
  const quota = cpuShare === undefined ? undefined : createCpuQuota(cpuShare);
  const results = starters.map(({ name }): ColdStart => ({ name, medianMs: 0, samples: [] }));
  const rounds = Math.max(...starters.map((starter) => starter.rounds));
  for (let round = 0; round < rounds; round++) {
    for (const [i, starter] of starters.entries()) {
      if (round < starter.rounds) results[i]?.samples.push(await startOnce(starter, body, quota));
    }
  }
  quota?.remove();
  for (const result of results) result.medianMs = median(result.samples);
  return results;
}

async function startOnce(
  starter: Starter,
  body: string,
  quota: CpuQuota | undefined,
): Promise<number> {
  for (const path of starter.clean ?? []) rmSync(path, { recursive: true, force: true });
  const port = await freePort();
  const command = starter.command.map((part) => part.replaceAll('{port}', String(port)));
  const [program, ...args] =
    quota === undefined ? command : ['sh', '-c', `${quota.join} && exec "$@"`, 'sh', ...command];
  const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
  const started = performance.now();
  const child = spawn(program as string, args, {
    env: { ...environment, ...starter.environment },
    stdio: 'ignore',
    detached: true,
  });
  const exited = once(child, 'exit');
  try {
    while ((await post(port, body)) !== 200) {
      if (child.exitCode !== null) throw new Error(`${starter.name} ended before it answered`);
      if (performance.now() - started > 180_000)
        throw new Error(`${starter.name} did not answer in 180 s`);
      await new Promise((wait) => setTimeout(wait, 1));
    }
    return performance.now() - started;
  } finally {
    if (child.exitCode === null) process.kill(-(child.pid as number), 'SIGKILL');
    await exited;
  }
}

/** The status, or 0 while nothing listens. */
const post = (port: number, body: string): Promise<number> =>
  new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(
      { host: '127.0.0.1', port, method: 'POST', path: '/invocations', headers },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on('error', () => resolve(0));
    sent.end(body);
  });
