import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { ensurePythonEnvironment } from '../scripts/python-env.ts';
import { startServer, stopServers } from '../test/interop/processes.ts';
import { makeBodies } from './rows.ts';
import { quantile } from './statistics.ts';

/**
 * `npm run bench:concurrency [-- --short]`: 64 requests of one row at once, over HTTP, with and without threads, beside MLflow on the same
 * processors; how late the event loop is meanwhile, and what a `/ping` waits.
 */
const isShort = process.argv.includes('--short');
const SECONDS = isShort ? 3 : 10;
const CONNECTIONS = 64;
const CLI = 'dist/cli/main.cjs';

interface Measured {
  readonly name: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly pingP99Ms: number;
  /** Of the main thread; MLflow has none of ours. */
  readonly delay?: { readonly p99: number; readonly max: number };
}

const work = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  if (!existsSync(CLI)) throw new Error('run npm run build first');
  const python = ensurePythonEnvironment();
  const make = (script: string, ...args: string[]) =>
    execFileSync(join(python, 'python'), [`bench/${script}`, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  make('make_model.py', work);
  if (!isShort) make('make_heavy.py', join(work, 'heavy'));
  const row = makeBodies(1, 4).json;
  console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`);
  for (const name of isShort ? ['trees'] : ['trees', 'heavy']) {
    const model = join(work, name);
    const measured = [
      await measureOurs(model, row, 0),
      ...(isShort ? [] : [await measureOurs(model, row, 1)]),
      await measureOurs(model, row, 2),
      await measureMlflow(python, model, row),
    ];
    print(name, measured);
  }
} finally {
  await stopServers();
  rmSync(work, { recursive: true, force: true });
}

async function measureOurs(model: string, body: string, threads: number): Promise<Measured> {
  const file = join(work, 'delay.json');
  const server = await startServer({
    command: [
      ...[process.execPath, '--require', './bench/loop-delay.cjs', CLI],
      ...['serve', '-m', model, '-p', '{port}'],
    ],
    environment: {
      MLFLOW_SERVERLESS_LOG_LEVEL: 'error',
      MLFLOW_SERVERLESS_THREADS: String(threads),
      BENCH_LOOP_DELAY: file,
    },
  });
  const load = await measure(server.url, body, () => void server.child.kill('SIGUSR2'));
  server.child.kill('SIGUSR2');
  await sleep(200);
  const delay = JSON.parse(readFileSync(file, 'utf8')) as Measured['delay'];
  await server.stop();
  return {
    name: threads === 0 ? 'without threads' : `${threads} threads`,
    ...load,
    ...(delay && { delay }),
  };
}

async function measureMlflow(python: string, model: string, body: string): Promise<Measured> {
  const server = await startServer({
    command: [
      ...[join(python, 'mlflow'), 'models', 'serve', '-m', model, '--env-manager', 'local'],
      ...['-h', '127.0.0.1', '-p', '{port}', '--workers', String(cpus().length)],
    ],
    environment: { PATH: `${python}:${process.env['PATH']}` },
  });
  const load = await measure(server.url, body, () => {});
  await server.stop();
  return { name: `MLflow, ${cpus().length} workers`, ...load };
}

/** @param onWarm called when the requests that count begin */
async function measure(url: string, body: string, onWarm: () => void) {
  await run(url, body, 2);
  onWarm();
  const pings: number[] = [];
  const stop = new AbortController();
  const pinging = (async () => {
    while (!stop.signal.aborted) {
      const started = performance.now();
      await (await fetch(`${url}/ping`)).text();
      pings.push(performance.now() - started);
      await sleep(20);
    }
  })();
  const result = await run(url, body, SECONDS);
  stop.abort();
  await pinging;
  return {
    perSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    pingP99Ms: quantile(pings, 0.99),
  };
}

async function run(url: string, body: string, duration: number) {
  const result = await autocannon({
    url: `${url}/invocations`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections: CONNECTIONS,
    duration,
  });
  if (result.non2xx + result.errors > 0) throw new Error(`${url}: a request failed`);
  return result;
}

function print(model: string, measured: readonly Measured[]): void {
  const [plain] = measured;
  const theirs = measured.at(-1);
  const number = (value: number | undefined, digits = 1) => value?.toFixed(digits) ?? '–';
  console.log(
    [
      '',
      `### ${model}`,
      '',
      '| | requests/s | ÷ without threads | ÷ MLflow | p50 ms | p99 ms | `/ping` p99 ms | event loop p99 ms | max ms |',
      '|---|---|---|---|---|---|---|---|---|',
      ...measured.map(({ name, perSecond, p50Ms, p99Ms, pingP99Ms, delay }) =>
        [
          `| ${name}`,
          number(perSecond, 0),
          number(perSecond / (plain?.perSecond ?? 1), 2),
          number(perSecond / (theirs?.perSecond ?? 1), 1),
          number(p50Ms),
          number(p99Ms),
          number(pingP99Ms),
          number(delay?.p99),
          `${number(delay?.max)} |`,
        ].join(' | '),
      ),
    ].join('\n'),
  );
}
