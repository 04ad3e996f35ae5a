import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HttpHandler } from '../../src/http/http-message.ts';
import { createHttpHandler } from '../../src/http/routes.ts';
import { DEFAULT_LIMITS } from '../../src/invocation/limits.ts';
import { createLog } from '../../src/log.ts';
import type { RawPredictor } from '../../src/predictor/predictor.ts';
import { openPythonPredictor } from '../../src/predictor/python/python-predictor.ts';
import { NO_TELEMETRY } from '../../src/telemetry.ts';
import { createFakeCache } from '../helpers/fake-cache.ts';
import { type SavedModels, saveModels } from './saved-models.ts';

interface Recording {
  group: string;
  name: string;
  contentType: string;
  body: string;
  status: number;
  errorCode?: string;
  errorClass?: string;
  sqlstate?: string;
  modelSaw?: unknown;
  paramsSeen?: unknown;
  wrapped?: boolean;
}

const FILES = globSync('test/python/golden/*.json').sort();
const recordings: Recording[] = FILES.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')));
let models: SavedModels;
let predictor: RawPredictor;
let ours: unknown[];

/** Every recording goes as an HTTP request through the server's core, the pipe and the worker's own process. */
beforeAll(async () => {
  models = saveModels(['echo'], 'interop');
  predictor = await openPythonPredictor({
    python: models.python,
    directory: models.directory('echo'),
    workerPath: resolve('test/python/replaying_worker.py'),
  });
  const answer = await serve(predictor);
  ours = [];
  for (const [number, recording] of recordings.entries())
    ours.push(await ask(answer, recording, number));
});
afterAll(async () => {
  await predictor?.release();
  models?.remove();
});

it('replays every recording of nested types and of bodies of language models', () => {
  expect(ours.length).toBe(1224);
});

it('hands the model what the installed MLflow hands it, and refuses what it refuses', () => {
  const lines = execFileSync(
    models.python,
    ['test/python/replay.py', models.directory('echo'), ...FILES],
    { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const theirs: unknown[] = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(differences(theirs)).toEqual([]);
});

it('answers as it was recorded with MLflow 3.11: nothing changed since', () => {
  expect(differences(recordings.map(recorded))).toEqual([]);
});

async function serve(raw: RawPredictor): Promise<HttpHandler> {
  const cache = createFakeCache();
  const { model } = await cache.acquire('models:/echo@champion');
  const lease = { model: { ...model, predictor: raw }, release: () => {} };
  return createHttpHandler({
    cache: { acquire: async () => lease, close: async () => {} },
    modelUri: 'models:/echo@champion',
    limits: DEFAULT_LIMITS,
    timeoutMs: 60_000,
    telemetry: NO_TELEMETRY,
    log: createLog({ level: 'silent' }),
  });
}

async function ask(answer: HttpHandler, { contentType, body }: Recording, number: number) {
  const response = await answer(
    {
      method: 'POST',
      path: '/invocations',
      query: '',
      headers: { 'content-type': `${contentType}; recording=${number}` },
      body,
    },
    { requestId: String(number) },
  );
  const value = JSON.parse(String(response.body));
  if (response.status !== 200) {
    const { error_code: code, error_class, sqlstate } = value;
    return {
      status: response.status,
      code,
      class: error_class ?? null,
      sqlstate: sqlstate ?? null,
    };
  }
  const wrapped = 'predictions' in value;
  const { saw, params } = wrapped ? value.predictions : value;
  return { status: 200, saw, params, wrapped };
}

function recorded(recording: Recording): unknown {
  const { status, errorCode, errorClass, sqlstate } = recording;
  if (status !== 200) return { status, code: errorCode, class: errorClass, sqlstate };
  const { modelSaw, paramsSeen, wrapped } = recording;
  return { status, saw: modelSaw, params: paramsSeen, wrapped };
}

/** Name of a recording, what was expected and what came. */
function differences(expected: readonly unknown[]): unknown[] {
  return recordings.flatMap(({ group, name }, at) =>
    isEqual(ours[at], expected[at])
      ? []
      : [{ group, name, expected: expected[at], ours: ours[at] }],
  );
}

const isEqual = (a: unknown, b: unknown): boolean => {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
};
