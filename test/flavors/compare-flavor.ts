import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureLargeBody, measureLoad } from '../../bench/http-load.ts';
import { parseMlModel } from '../../src/model/parse-mlmodel.ts';
import { compareAnswers, type HttpAnswer } from '../interop/compare-answers.ts';
import { type GeneratedRequest, generateRequests } from '../interop/generate-requests.ts';
import { startServer } from '../interop/processes.ts';
import { createRandom } from '../interop/random.ts';
import { varyExample } from './vary-example.ts';

export interface FlavorServers {
  /** Program folder of the environment that has the real MLflow and what the model needs. */
  readonly python: string;
  readonly cli: string;
  /** The model as logged. */
  readonly original: string;
  /** The model as converted; undefined when it cannot be. */
  readonly converted: string | undefined;
  readonly isFloat32: boolean;
  readonly requests: number;
  readonly seed: number;
  readonly speedSeconds: number;
}

export interface FlavorComparison {
  readonly requests: number;
  readonly statuses: string;
  /** Sentences, one for each request answered differently. */
  readonly differences: readonly string[];
  readonly driftConverted: number;
  readonly speedUp: { p50: number; throughput: number } | undefined;
}

/** `mlflow models serve` of the original, our Python runtime of the original, and the converted model: the same requests to all. */
export async function compareFlavor(options: FlavorServers): Promise<FlavorComparison> {
  const { python, cli, original, converted } = options;
  const environment = { PATH: `${python}:${process.env['PATH']}` };
  const trust = ['--trust', original];
  const [mlflow, inPython, inNode] = await Promise.all([
    startServer({
      command: [join(python, 'mlflow'), 'models', 'serve', '-m', original, ...LOCAL, ...HERE],
      environment,
    }),
    startServer({
      command: [
        process.execPath,
        cli,
        'serve',
        '-m',
        original,
        '--runtime',
        'python',
        ...trust,
        ...PORT,
      ],
    }),
    converted === undefined
      ? undefined
      : startServer({
          command: [process.execPath, cli, 'serve', '-m', converted, '--runtime', 'node', ...PORT],
        }),
  ]);
  try {
    const bodies = await requestsFor(options);
    const differences: string[] = [];
    const statuses = new Map<number, number>();
    let driftConverted = 0;
    for (const request of bodies) {
      const [theirs, python, node] = await Promise.all([
        send(mlflow.url, request),
        send(inPython.url, request),
        inNode && send(inNode.url, request),
      ]);
      statuses.set(theirs.status, (statuses.get(theirs.status) ?? 0) + 1);
      const raw = compareAnswers(theirs, python, { tolerance: 1e-9, isToScale: true });
      if (raw.difference && !isUncaught(theirs, python))
        differences.push(describe('python runtime', request, raw.difference));
      if (node === undefined) continue;
      const tolerance = options.isFloat32 ? 1e-4 : 1e-6;
      const exact = compareAnswers(theirs, node, { tolerance, isToScale: true });
      driftConverted = Math.max(driftConverted, exact.drift);
      if (exact.difference && !isUncaught(theirs, node))
        differences.push(describe('converted', request, exact.difference));
    }
    const example = exampleOf(original);
    const speedUp =
      inNode && example
        ? await speedOf(mlflow.url, inNode.url, example, options.speedSeconds)
        : undefined;
    return {
      requests: bodies.length,
      statuses: [...statuses].map(([status, count]) => `${count}×${status}`).join(' '),
      differences,
      driftConverted,
      speedUp,
    };
  } finally {
    await Promise.all([mlflow.stop(), inPython.stop(), inNode?.stop()]);
  }
}

const LOCAL = ['--env-manager', 'local'];
const PORT = ['-p', '{port}'];
const HERE = ['-h', '127.0.0.1', ...PORT];

const describe = (which: string, { contentType, body }: GeneratedRequest, difference: string) =>
  `${which}: ${contentType} ${body.slice(0, 300)}\n    ${difference}`;

/**
 * A Python exception that nobody caught in MLflow's server is here the caller's mistake, or an error of the model in
 * MLflow's own shape: docs/compatibility.md.
 */
const isUncaught = (theirs: HttpAnswer, own: HttpAnswer): boolean =>
  theirs.status === 500 &&
  theirs.body === 'Internal Server Error' &&
  (own.status === 400 || (own.status === 500 && own.body.includes('"INTERNAL_ERROR"')));

/** From the signature, and from the saved example: its values are those that the model knows. */
async function requestsFor({
  original,
  requests,
  seed,
}: FlavorServers): Promise<GeneratedRequest[]> {
  const random = createRandom(seed);
  const example = exampleOf(original);
  const { signature } = await parseMlModel(readFileSync(join(original, 'MLmodel'), 'utf8'));
  const isGenerated = signature?.inputs !== undefined && !signature.isFromTypeHint;
  const varied = example === undefined ? 0 : isGenerated ? Math.ceil(requests / 2) : requests;
  const fromExample = Array.from({ length: varied }, (_, i) => ({
    contentType: 'application/json',
    body: i === 0 ? (example as string) : varyExample(example as string, random),
  }));
  const target = { signature, feeds: [{ name: 'x', width: 2 }] };
  return [...fromExample, ...generateRequests(target, requests - varied, random)];
}

function exampleOf(folder: string): string | undefined {
  const path = join(folder, 'serving_input_example.json');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

async function send(url: string, { contentType, body }: GeneratedRequest): Promise<HttpAnswer> {
  const response = await fetch(`${url}/invocations`, {
    method: 'POST',
    // While one server is slow the other one may close an idle connection: none is used again.
    headers: { 'content-type': contentType, connection: 'close' },
    body,
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: await response.text(),
  };
}

/** One connection, one request after the other: median time; ms. */
const oneRow = (url: string, body: string): Promise<number> =>
  measureLargeBody(url, body, 'application/json', 200);

/** Ratios of one run, one server after the other. */
async function speedOf(mlflow: string, ours: string, body: string, seconds: number) {
  await measureLoad(ours, body, 1); // compiled and warm, as the other one is after its requests
  const theirs = await measureLoad(mlflow, body, seconds);
  const own = await measureLoad(ours, body, seconds);
  return {
    p50: (await oneRow(mlflow, body)) / (await oneRow(ours, body)),
    throughput: own.requestsPerSecond / theirs.requestsPerSecond,
  };
}
