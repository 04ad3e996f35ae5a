import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { CONVERSION_FILE } from '../../src/model/conversion.ts';
import { parseMlModel } from '../../src/model/parse-mlmodel.ts';
import { stopServers } from '../interop/processes.ts';
import { compareFlavor } from './compare-flavor.ts';
import { type FlavorResult, findStaleRows, flavorTable, writeFlavorTable } from './flavor-table.ts';

/**
 * `npm run flavors [-- --seed N] [--requests N] [--only NAME,… | --all] [--write]`: models of every flavor, logged by the real
 * MLflow: converted with proof where a converter exists, then the same requests to `mlflow models serve` of the
 * original, to our Python runtime and to the converted model. Ends with the table of docs/flavors.md; exit code 1 on
 * any difference, or when the document says another thing.
 */
const argument = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const seed = Number(argument('seed') ?? Date.now() % 2 ** 31);
const requests = Number(argument('requests') ?? 500);
const speedSeconds = Number(argument('seconds') ?? 2);
/** One model or two of each flavor; `--all` takes every model that make_models.py knows. */
const USUAL = [
  ...[
    'sklearn-regressor',
    'sklearn-classifier',
    'sklearn-probabilities',
    'sklearn-columns-pipeline',
  ],
  ...['sklearn-outliers', 'sklearn-text-pipeline', 'sklearn-gaussian-process'],
  ...['xgboost-booster', 'xgboost-classifier', 'lightgbm-booster', 'lightgbm-classifier'],
  ...['catboost-classifier', 'torch-mlp', 'torch-cnn', 'keras-dense'],
  ...['pyfunc-params', 'pyfunc-printing', 'pyfunc-from-code', 'pyfunc-typed-records'],
  ...['pyfunc-nested', 'pyfunc-chat', 'statsmodels-ols'],
];
const all = process.argv.includes('--all') ? [] : USUAL;
const only = argument('only')?.split(',') ?? all;
const isWriting = process.argv.includes('--write');
const CLI = 'dist/cli/main.cjs';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted.abort();
    stopServers().then(() => process.exit(1));
  });
}
const python = ensurePythonEnvironment('flavors');
const work = mkdtempSync(join(tmpdir(), 'flavors-'));
const results: FlavorResult[] = [];
let failures = 0;
try {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: run npm run build first`);
  console.log(`seed ${seed}; repeat with: npm run flavors -- --seed ${seed}`);
  const models = join(work, 'models');
  execFileSync(join(python, 'python'), ['test/flavors/make_models.py', models, ...only], {
    stdio: ['ignore', 'inherit', 'ignore'],
  });
  const names = readdirSync(models).sort();
  // While one model is compared the next one is converted; what is written down is measured alone.
  let next = start(names[0]);
  for (const [i, name] of names.entries()) {
    const conversion = await next;
    if (!isWriting) next = start(names[i + 1]);
    try {
      results.push(await checkModel(name, conversion));
    } catch (error) {
      failures += 1;
      console.error(`${name}:`, error);
    }
    if (isWriting) next = start(names[i + 1]);
  }
} catch (error) {
  failures += 1;
  console.error(error);
} finally {
  await stopServers();
  rmSync(work, { recursive: true, force: true });
}
console.log(flavorTable(results));
if (isWriting) writeFlavorTable(results);
const stale = findStaleRows(results);
for (const line of stale) console.log(line);
failures += stale.length;
console.log(failures === 0 ? 'flavors passed' : `flavors failed: ${failures} differences`);
process.exitCode = failures === 0 ? 0 : 1;

async function checkModel(
  model: string,
  { converted, refusal }: ConvertedModel,
): Promise<FlavorResult> {
  const startedAtMs = performance.now();
  const original = join(work, 'models', model);
  const isConverted = refusal === undefined;
  const {
    requests: sent,
    statuses,
    differences,
    driftConverted,
    speedUp,
  } = await compareFlavor({
    ...{ python, cli: CLI, original, requests, seed, speedSeconds },
    converted: isConverted ? converted : undefined,
    isFloat32: isConverted && isFloat32(converted),
  });
  failures += differences.length;
  for (const difference of differences.slice(0, 10))
    console.log(`DIFFERENT ${model} ${difference}`);
  const ofPython = differences.filter((line) => line.startsWith('python')).length;
  const ofNode = differences.length - ofPython;
  const drift = driftConverted === 0 ? 'every bit' : `drift ${driftConverted.toExponential(0)}`;
  const result: FlavorResult = {
    model,
    flavor: await flavorOf(original),
    converts: refusal === undefined ? 'yes' : `no: ${refusal}`,
    parity: isConverted ? `${sent - ofNode} of ${sent}, ${drift}` : '–',
    speedUp: speedUp ? `${times(speedUp.p50)}, ${times(speedUp.throughput)}` : '–',
    pythonRuntime: ofPython === 0 ? `yes: ${sent} of ${sent}` : `no: ${ofPython} different`,
  };
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  console.log(
    `${model.padEnd(28)} ${statuses}; ${Object.values(result).slice(2).join(' | ')}; ${seconds} s`,
  );
  return result;
}

interface ConvertedModel {
  readonly converted: string;
  /** What the command said when it did not convert. */
  readonly refusal: string | undefined;
}

/** Never rejects. */
async function start(model: string | undefined): Promise<ConvertedModel> {
  const converted = join(work, 'converted', model ?? '');
  if (model === undefined) return { converted, refusal: undefined };
  const original = join(work, 'models', model);
  const args = [CLI, 'convert', '-m', original, '-o', converted, '--trust', original];
  const { promise, resolve } = Promise.withResolvers<ConvertedModel>();
  const limits = { timeout: 600_000, signal: interrupted.signal };
  execFile(process.execPath, args, limits, (error, stdout, stderr) => {
    resolve({ converted, refusal: error === null ? undefined : reasonOf(`${stdout}\n${stderr}`) });
  });
  return promise;
}

/** The last line that is no help: what goes into the table. */
function reasonOf(said: string): string {
  if (said.includes('not converted: nothing was written')) return 'the proof found differences';
  const lines = said.trim().split('\n');
  const refusal = lines.findLast((line) => line.startsWith('mlflow-serverless: ')) ?? lines.at(-1);
  return (refusal ?? '')
    .replace(/^mlflow-serverless: (?:error: )?/, '')
    .replace(/ \(there are .*|; serve it with .*/, '') // the ways out, the same in every row
    .replaceAll('|', '/')
    .slice(0, 160);
}

function isFloat32(folder: string): boolean {
  return JSON.parse(readFileSync(join(folder, CONVERSION_FILE), 'utf8')).is_float32 === true;
}

async function flavorOf(folder: string): Promise<string> {
  const { flavors } = await parseMlModel(readFileSync(join(folder, 'MLmodel'), 'utf8'));
  const [native] = Object.keys(flavors).filter((name) => name !== 'python_function');
  return native ?? 'python_function';
}

function times(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}×`;
}
