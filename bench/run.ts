import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../scripts/python-env.ts';
import { startServer, stopServers } from '../test/interop/processes.ts';
import { S3_KEYS, startS3Server } from '../test/interop/s3-server.ts';
import { measureColdStarts, type Starter } from './cold-start.ts';
import { measureLargeBody, measureLoad } from './http-load.ts';
import type { Pair } from './lambda-pairs.ts';
import { makeBodies } from './rows.ts';

/**
 * `npm run bench [-- --short] [--write]`: everything side by side in one run, as ratios.
 *
 * (a) process start → first 200; (b) one row through the Lambda handler; (c) HTTP throughput;
 * (d) 10,000 × 20 as JSON and CSV; (e) bytes and resident memory. `--write` puts the tables into
 * docs/benchmarks.md. Exit code 1 when a reach of the table is missed by more than the noise allows.
 */
const isShort = process.argv.includes('--short');
const rounds = (long: number, short: number): number => (isShort ? short : long);
const CLI = 'dist/cli/main.cjs';
const LAMBDA = 'dist/lambda/x64';

interface Line {
  what: string;
  ours: string;
  against: string;
  ratio: number;
  /** The ratio to reach, and whether larger is better. */
  reach: number;
  moreIsBetter: boolean;
}

const lines: Line[] = [];
const work = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  if (!existsSync(CLI) || !existsSync(LAMBDA)) throw new Error('run npm run build first');
  const python = ensurePythonEnvironment();
  execFileSync(join(python, 'python'), ['bench/make_model.py', work], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [trees, linear] = [join(work, 'trees'), join(work, 'linear')];
  const row = makeBodies(1, 4).json;
  await coldStarts(python, trees, row);
  lambdaPath('trees', trees);
  lambdaPath('linear', linear);
  await overHttp(python, 'trees', trees, row);
  await overHttp(python, 'linear', linear, row);
  await sizes(trees, row);
} finally {
  await stopServers();
  rmSync(work, { recursive: true, force: true });
}
const report = `${machine()}\n\n${table()}\n`;
console.log(report);
if (process.argv.includes('--write')) writeReport(report);
const missed = lines.filter((line) => !isReached(line));
console.log(
  missed.length === 0
    ? 'every reach is met'
    : `missed: ${missed.map(({ what }) => what).join('; ')}`,
);

/** (a) from nothing to the first prediction, model on disk and in S3, at full speed and at 0.29 vCPU. */
async function coldStarts(python: string, model: string, row: string): Promise<void> {
  const bucket = await startBucket(python, model);
  const cache = join(work, 'cache');
  const ours = (uri: string): Starter => ({
    name: 'ours',
    command: [process.execPath, CLI, 'serve', '-m', uri, '-p', '{port}'],
    environment: {
      ...bucket.environment,
      MLFLOW_SERVERLESS_CACHE_DIR: cache,
      MLFLOW_SERVERLESS_LOG_LEVEL: 'error',
    },
    clean: [cache],
    rounds: rounds(15, 5),
  });
  const bare = (file: string): Starter => ({
    name: 'bare',
    command: [process.execPath, 'bench/bare/serve.cjs', file, '{port}'],
    environment: bucket.environment,
    rounds: rounds(15, 5),
  });
  const mlflow = (uri: string): Starter => ({
    name: 'mlflow',
    command: [
      join(python, 'mlflow'),
      'models',
      'serve',
      '-m',
      uri,
      '--env-manager',
      'local',
      '-h',
      '127.0.0.1',
      '-p',
      '{port}',
    ],
    environment: { ...bucket.environment, PATH: `${python}:${process.env['PATH']}` },
    rounds: rounds(3, 1),
  });
  for (const share of isShort ? [undefined] : [undefined, 0.29]) {
    const speed = share === undefined ? 'full speed' : `${share} vCPU`;
    for (const [where, starters] of [
      ['model on disk', [ours(model), bare(join(model, 'model.onnx')), mlflow(model)]],
      ['model in S3', [ours(bucket.uri), bare(bucket.url), mlflow(bucket.uri)]],
    ] as const) {
      const [own, hand, real] = await measureColdStarts(starters, row, share);
      const a = own?.medianMs ?? Number.NaN;
      compare(
        `(a) start → first 200, ${where}, ${speed}: MLflow ÷ ours`,
        a,
        real?.medianMs ?? 0,
        'ms',
        15,
        true,
      );
      compare(
        `(a) start → first 200, ${where}, ${speed}: ours ÷ bare`,
        a,
        hand?.medianMs ?? 0,
        'ms',
        1.5,
        false,
      );
    }
  }
}

/** A real S3 server that holds the model's folder. */
async function startBucket(python: string, model: string) {
  const directory = join(work, 's3');
  const access = { ...S3_KEYS, AWS_DEFAULT_REGION: 'us-east-1' };
  const server = await startS3Server(directory);
  const environment = { ...access, MLFLOW_S3_ENDPOINT_URL: server.url };
  execFileSync(
    join(python, 'python'),
    ['test/interop/upload.py', server.url, 'models', 'regressor', model],
    {
      env: { ...process.env, ...environment },
    },
  );
  return {
    uri: 's3://models/regressor',
    url: `${server.url}/models/regressor/model.onnx`,
    environment,
  };
}

/** (b) one row and (d) large bodies through the built Lambda handler, against the floor in the same process. */
function lambdaPath(name: string, model: string): void {
  const args = ['bench/lambda-pairs.ts', model, rounds(20_000, 4000), rounds(60, 12)].map(String);
  const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
  for (const pair of JSON.parse(output.trim().split('\n').at(-1) as string) as Pair[]) {
    const { what, oursP50Ms, oursP99Ms, floorP50Ms, floorP99Ms } = pair;
    compare(`${what}, ${name}: ours ÷ floor, p50`, oursP50Ms, floorP50Ms, 'ms', 1.5, false);
    const anything = Number.POSITIVE_INFINITY;
    compare(`${what}, ${name}: ours ÷ floor, p99`, oursP99Ms, floorP99Ms, 'ms', anything, false);
  }
}

/** (c) throughput and (d) large bodies over HTTP, against MLflow's server. */
async function overHttp(python: string, name: string, model: string, row: string): Promise<void> {
  const mlflow = await startServer({
    command: [
      join(python, 'mlflow'),
      'models',
      'serve',
      '-m',
      model,
      '--env-manager',
      'local',
      '-h',
      '127.0.0.1',
      '-p',
      '{port}',
    ],
    environment: { PATH: `${python}:${process.env['PATH']}` },
  });
  const ours = await startServer({
    command: [process.execPath, CLI, 'serve', '-m', model, '-p', '{port}'],
    environment: { MLFLOW_SERVERLESS_LOG_LEVEL: 'error' },
  });
  const seconds = rounds(8, 3);
  for (const server of [mlflow, ours]) await measureLoad(server.url, row, 2);
  const [theirs, own] = [
    await measureLoad(mlflow.url, row, seconds),
    await measureLoad(ours.url, row, seconds),
  ];
  compare(
    `(c) HTTP throughput, one row, 8 connections, ${name}: ours ÷ MLflow`,
    own.requestsPerSecond,
    theirs.requestsPerSecond,
    'req/s',
    15,
    true,
  );
  const { json, csv } = makeBodies(10_000, 4);
  for (const [format, body, type] of [
    ['JSON', json, 'application/json'],
    ['CSV', csv, 'text/csv'],
  ] as const) {
    const slow = await measureLargeBody(mlflow.url, body, type, rounds(25, 8));
    const fast = await measureLargeBody(ours.url, body, type, rounds(25, 8));
    compare(
      `(d) 10,000 × 20 ${format} over HTTP, ${name}: MLflow ÷ ours`,
      fast,
      slow,
      'ms',
      8,
      true,
    );
  }
  await Promise.all([mlflow.stop(), ours.stop()]);
}

/** (e) what is deployed, and what it holds resident after the first prediction. */
async function sizes(model: string, row: string): Promise<void> {
  const MB = 1e6;
  const zipped = statSync('dist/lambda-x64.zip').size / MB;
  const unzipped =
    readdirSync(LAMBDA).reduce((sum, name) => sum + statSync(join(LAMBDA, name)).size, 0) / MB;
  compare('(e) zip, without model', zipped, 1, 'MB', 25, false);
  compare('(e) unzipped, without model', unzipped, 1, 'MB', 60, false);
  const script = `import(${JSON.stringify(join(process.cwd(), 'bench/first-prediction.ts'))}).then((m) => m.printResidentBytes())`;
  const output = execFileSync(process.execPath, ['-e', script], {
    env: {
      ...process.env,
      MLFLOW_SERVERLESS_LOG_LEVEL: 'error',
      BENCH_MODEL: model,
      BENCH_BODY: row,
    },
    encoding: 'utf8',
  });
  compare('(e) resident after the first prediction', Number(output) / MB, 1, 'MB', 150, false);
}

function compare(
  what: string,
  ours: number,
  against: number,
  unit: string,
  reach: number,
  moreIsBetter: boolean,
): void {
  const isTime = unit === 'ms';
  const ratio = moreIsBetter && isTime ? against / ours : ours / against;
  const text = (value: number): string =>
    `${value < 1 ? value.toFixed(4) : value.toFixed(1)} ${unit}`;
  const line = {
    what,
    ours: text(ours),
    against: against === 1 ? '–' : text(against),
    ratio,
    reach,
    moreIsBetter,
  };
  lines.push(line);
  console.log(
    `${isReached(line) ? 'ok  ' : 'MISS'} ${what}: ${line.ours} / ${line.against} = ${ratio.toFixed(2)}`,
  );
}

function isReached({ ratio, reach, moreIsBetter }: Line): boolean {
  return moreIsBetter ? ratio >= reach : ratio <= reach;
}

function table(): string {
  const rows = lines.map((line) => {
    const reach = Number.isFinite(line.reach)
      ? `${line.moreIsBetter ? '≥' : '≤'} ${line.reach}`
      : '–';
    return `| ${line.what} | ${line.ours} | ${line.against} | ${line.ratio.toFixed(2)} | ${reach} | ${isReached(line) ? 'yes' : '**no**'} |`;
  });
  return [
    '| what | ours | against | ratio | to reach | reached |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function machine(): string {
  const processor = `${cpus().length} × ${cpus()[0]?.model.trim()}`;
  const day = new Date().toISOString().slice(0, 10);
  return `${processor}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}, ${day}${isShort ? ', short run' : ''}.`;
}

/** Replace what stands between the two markers of docs/benchmarks.md. */
function writeReport(report: string): void {
  const path = 'docs/benchmarks.md';
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split('<!-- results -->\n') as [string, string];
  const after = rest.slice(rest.indexOf('<!-- end of results -->'));
  writeFileSync(path, `${before}<!-- results -->\n${report}${after}`);
}
