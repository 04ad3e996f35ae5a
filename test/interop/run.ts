import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { compareAnswers, type HttpAnswer } from './compare-answers.ts';
import { type GeneratedRequest, generateRequests } from './generate-requests.ts';
import { type LoggedModel, logModels, requestTarget } from './logged-models.ts';
import { startMlflowServer } from './mlflow-server.ts';
import { type ServerProcess, startServer, stopServers } from './processes.ts';
import { checkPublishing } from './publish.ts';
import { createRandom } from './random.ts';
import { checkRegistries, REGISTRY_MODEL } from './registries.ts';

/**
 * `npm run interop [-- --seed N] [--requests N] [--only NAME] [--registries]`: the same requests to
 * `mlflow models serve` and to the built command line, on models that real MLflow logged; then the
 * same models through every kind of registry. Ends with a table; exit code 1 on any difference.
 */
const argument = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const seed = Number(argument('seed') ?? Date.now() % 2 ** 31);
const requestsPerModel = Number(argument('requests') ?? 240);
const only = argument('only');
const isRegistriesOnly = process.argv.includes('--registries');
const CLI = 'dist/cli/main.cjs';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopServers().then(() => process.exit(1)));
}
const python = ensurePythonEnvironment();
const work = mkdtempSync(join(tmpdir(), 'interop-'));
const failures: string[] = [];
try {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: run npm run build first`);
  console.log(`seed ${seed}; repeat with: npm run interop -- --seed ${seed}`);
  const tracking = await startMlflowServer({ python, directory: join(work, 'server') });
  const names = isRegistriesOnly ? [REGISTRY_MODEL, 'conv_net'] : only ? [only] : [];
  const models = logModels(python, tracking.url, join(work, 'models'), names);
  let total = 0;
  for (const model of isRegistriesOnly ? [] : models) total += await compareServers(model);
  console.log(`${total} requests answered by both, ${failures.length} differences`);
  const parts = { python, work, cli: CLI, tracking, models };
  if (!only) failures.push(...(await checkRegistries(parts)));
  if (!only) failures.push(...(await checkPublishing(parts)));
} catch (error) {
  failures.push(String(error));
  console.error(error);
} finally {
  await stopServers();
  rmSync(work, { recursive: true, force: true });
}
// Once more, where the end of a long log is all that is left of it.
for (const failure of failures.slice(0, 20)) console.log(`DIFFERENT ${failure}`);
const isGood = failures.length === 0;
console.log(
  isGood ? 'interop passed' : `interop failed: ${failures.length} differences, seed ${seed}`,
);
process.exitCode = isGood ? 0 : 1;

/** Both servers on one model; the number of requests compared. */
async function compareServers(model: LoggedModel): Promise<number> {
  const [mlflow, ours] = await Promise.all([
    startServer({
      command: [
        join(python, 'mlflow'),
        'models',
        'serve',
        '-m',
        model.folder,
        '--env-manager',
        'local',
        '-h',
        '127.0.0.1',
        '-p',
        '{port}',
      ],
      environment: { PATH: `${python}:${process.env['PATH']}` },
    }),
    startServer({ command: [process.execPath, CLI, 'serve', '-m', model.folder, '-p', '{port}'] }),
  ]);
  try {
    const target = await requestTarget(model.folder);
    const requests = [
      ...recordedRequests(),
      ...exampleRequests(model.folder),
      ...generateRequests(target, requestsPerModel, createRandom(seed)),
    ];
    let maxDrift = 0;
    const different: string[] = [];
    const statuses = new Map<number, number>();
    for (const request of requests) {
      const [theirs, own] = await Promise.all([send(mlflow.url, request), send(ours.url, request)]);
      const { difference, drift } = compareAnswers(theirs, own);
      maxDrift = Math.max(maxDrift, drift);
      statuses.set(theirs.status, (statuses.get(theirs.status) ?? 0) + 1);
      if (difference === undefined) continue;
      different.push(
        `${model.name}: ${request.contentType} ${bodyText(request).slice(0, 400)}\n    ${difference}`,
      );
    }
    if (!agreeWithClients(model, mlflow, ours)) different.push(`${model.name}: MLflow's clients`);
    const counts = [...statuses].map(([status, count]) => `${count}×${status}`).join(' ');
    console.log(
      `${model.name.padEnd(18)} ${requests.length} requests (${counts}), ${different.length} different, largest drift ${maxDrift}`,
    );
    failures.push(...different);
    return requests.length;
  } finally {
    await Promise.all([mlflow.stop(), ours.stop()]);
  }
}

interface Request extends Omit<GeneratedRequest, 'body'> {
  body: string | Uint8Array;
}

function bodyText({ body }: Request): string {
  return typeof body === 'string' ? body : `${body.length} bytes`;
}

/** Bodies of the recordings that any model can get: envelopes, columns, CSV, tensors. */
function recordedRequests(): Request[] {
  return ['transport', 'columns', 'csv', 'tensors'].flatMap((name) => {
    const cases = JSON.parse(readFileSync(`test/parity/golden/${name}.json`, 'utf8'));
    return cases
      .filter(
        (c: { contentType: string | null; group: string }) =>
          c.contentType !== null && !c.group.startsWith('llm'),
      )
      .map((c: { contentType: string; body?: string; bodyBase64?: string }) => ({
        contentType: c.contentType,
        body: c.body ?? new Uint8Array(Buffer.from(c.bodyBase64 ?? '', 'base64')),
      }));
  });
}

/** The model's own examples and the Parquet files that MLflow's users would send. */
function exampleRequests(folder: string): Request[] {
  const requests: Request[] = [];
  const example = join(folder, 'serving_input_example.json');
  if (existsSync(example))
    requests.push({ contentType: 'application/json', body: readFileSync(example, 'utf8') });
  const parquet = `${folder}.parquet`;
  for (const file of existsSync(parquet) ? readdirSync(parquet) : []) {
    requests.push({
      contentType: 'application/vnd.apache.parquet',
      body: new Uint8Array(readFileSync(join(parquet, file))),
    });
  }
  return requests;
}

async function send(url: string, { contentType, body }: Request): Promise<HttpAnswer> {
  const response = await fetch(`${url}/invocations`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: body as never,
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: await response.text(),
  };
}

/** MLflow's Python clients against both; false when they see a difference. */
function agreeWithClients(model: LoggedModel, mlflow: ServerProcess, ours: ServerProcess): boolean {
  const example = join(model.folder, 'serving_input_example.json');
  if (!existsSync(example) || !readFileSync(example, 'utf8').includes('dataframe_split'))
    return true;
  try {
    execFileSync(
      join(python, 'python'),
      ['test/interop/clients.py', mlflow.url, ours.url, example],
      {
        stdio: ['ignore', 'inherit', 'pipe'],
      },
    );
    return true;
  } catch (error) {
    // What differs is on stdout already; a crash of the script is not.
    console.log(String((error as { stderr?: Buffer }).stderr).slice(-600));
    return false;
  }
}
