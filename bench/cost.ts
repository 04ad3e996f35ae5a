import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUCKET_KEYS, startBucket } from '../test/artifact/bucket.ts';
import { type LambdaProcess, startLambda } from '../test/artifact/lambda-process.ts';
import { stopServers } from '../test/interop/processes.ts';
import { AWS_PRICES } from './aws-prices.ts';
import { createCpuQuota } from './cpu-quota.ts';
import { median } from './statistics.ts';

/**
 * `npm run bench:cost [-- --write]`: what a million requests cost on Lambda and API Gateway.
 *
 * The built zip runs under Lambda's runtime interface client with the share of a processor that each
 * memory size gets; an invocation is billed from the event to the answer, rounded up to a
 * millisecond, and a cold start adds its init phase. `--write` puts the table into docs/deploy-aws.md.
 */
const ZIP = 'dist/lambda-x64.zip';
const PAGE = 'docs/deploy-aws.md';
const BEGIN = '<!-- cost -->';
const END = '<!-- end of cost -->';

/** One processor for 1,769 MB. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MIB_OF_ONE_VCPU = 1769;
const MEMORIES_MIB = [512, 1024, 1769];
const WARM_REQUESTS = 300;
const COLD_STARTS = 5;

/** Every hundredth request starts an instance; a busier endpoint has fewer, an idle one more. */
const COLD_SHARE = 0.01;

interface Measured {
  readonly memoryMiB: number;
  /** Mean over the warm requests of what is billed for one; ms. */
  readonly billedMs: number;
  /** Median init phase, model in S3 included; ms. */
  readonly initMs: number;
}

if (!existsSync(ZIP)) throw new Error(`${ZIP} is missing: run npm run build first`);
const work = mkdtempSync(join(tmpdir(), 'cost-'));
try {
  execFileSync('unzip', ['-q', ZIP, '-d', join(work, 'function')]);
  const bucket = await startBucket(join(work, 's3'));
  await bucket.putFolder('registry', 'examples/registry');
  const measured: Measured[] = [];
  for (const memoryMiB of MEMORIES_MIB) measured.push(await measure(memoryMiB, bucket.url));
  const table = costTable(measured);
  console.log(table);
  if (process.argv.includes('--write')) write(table);
} finally {
  await stopServers();
  rmSync(work, { recursive: true, force: true });
}

async function measure(memoryMiB: number, s3Url: string): Promise<Measured> {
  const initsMs: number[] = [];
  let billedMs = 0;
  const quota = createCpuQuota(memoryMiB / MIB_OF_ONE_VCPU);
  for (let start = 0; start < COLD_STARTS; start++) {
    const startedAt = performance.now();
    const lambda = await startLambda({
      directory: join(work, 'function'),
      prologue: quota.join,
      environment: {
        ...BUCKET_KEYS,
        MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
        MLFLOW_REGISTRY_URI: 's3://models/registry',
        MLFLOW_S3_ENDPOINT_URL: s3Url,
      },
    });
    try {
      await lambda.ready;
      initsMs.push(performance.now() - startedAt);
      if (start === 0) billedMs = await meanBilledMs(lambda);
    } finally {
      await lambda.stop();
    }
  }
  quota.remove();
  return { memoryMiB, billedMs, initMs: median(initsMs) };
}

async function meanBilledMs(lambda: LambdaProcess): Promise<number> {
  const model = 'examples/registry/models/wine/versions/2/model';
  const event = {
    ...JSON.parse(readFileSync('test/contract/fixtures/events/rest-api.json', 'utf8')),
    body: readFileSync(`${model}/serving_input_example.json`, 'utf8'),
    isBase64Encoded: false,
  };
  let sumMs = 0;
  for (let request = 0; request < WARM_REQUESTS; request++) {
    const { kind, durationMs } = await lambda.invoke(event);
    if (kind !== 'response') throw new Error(`the function failed: ${lambda.log()}`);
    sumMs += Math.ceil(durationMs);
  }
  return sumMs / WARM_REQUESTS;
}

function costTable(measured: readonly Measured[]): string {
  const { lambdaMillionRequests, restApiMillionRequests, lambdaGibSecondX64, asOf } = AWS_PRICES;
  const rows = measured.map(({ memoryMiB, billedMs, initMs }) => {
    const gib = memoryMiB / 1024;
    const perMillion = (ms: number) => (ms / 1000) * gib * lambdaGibSecondX64 * 1e6;
    const compute = perMillion(billedMs);
    const cold = perMillion(initMs) * COLD_SHARE;
    const sum = compute + cold + lambdaMillionRequests + restApiMillionRequests;
    const cells = [compute, cold, lambdaMillionRequests, restApiMillionRequests, sum].map(dollars);
    return `| ${memoryMiB} | ${billedMs.toFixed(1)} ms | ${Math.round(initMs)} ms | ${cells.join(' | ')} |\n`;
  });
  return [
    `Measured on ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}; list prices of us-east-1 as of ${asOf}, without free tiers.\n\n`,
    '| memory, MiB | billed for a warm request | init phase | compute | cold starts (1 %) | Lambda requests | REST API | a million requests |\n',
    '|---|---|---|---|---|---|---|---|\n',
    ...rows,
  ].join('');
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function write(table: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${PAGE} lacks ${BEGIN} … ${END}`);
  writeFileSync(PAGE, `${page.slice(0, begin)}${BEGIN}\n${table}${page.slice(end)}`);
}
