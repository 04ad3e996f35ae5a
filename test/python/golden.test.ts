import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SavedModels, saveModels } from './saved-models.ts';

interface Outcome {
  file: string;
  group: string;
  name: string;
  recorded: unknown;
  mlflow: unknown;
  worker: unknown;
}

let models: SavedModels;
let outcomes: Outcome[];

beforeAll(() => {
  models = saveModels(['echo'], 'interop');
  const files = globSync('test/python/golden/*.json').sort();
  const args = ['test/python/replay.py', 'python', models.directory('echo'), ...files];
  const lines = execFileSync(models.python, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  outcomes = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
});
afterAll(() => models.remove());

it('replays every recording of nested types and of bodies of language models', () => {
  expect(outcomes.length).toBe(1224);
});

it('hands the model what the installed MLflow hands it, and refuses what it refuses', () => {
  expect(outcomes.filter(({ mlflow, worker }) => !isEqual(mlflow, worker))).toEqual([]);
});

it('answers as it was recorded with MLflow 3.11: nothing changed since', () => {
  expect(outcomes.filter(({ recorded, worker }) => !isEqual(recorded, worker))).toEqual([]);
});

const isEqual = (a: unknown, b: unknown): boolean => {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
};
