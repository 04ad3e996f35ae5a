import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { ServingError } from '../../src/errors.ts';
import { DEFAULT_LIMITS } from '../../src/invocation/limits.ts';
import { scoreInvocation } from '../../src/invocation/score-invocation.ts';
import { parseMlModel } from '../../src/model/parse-mlmodel.ts';
import { openPredictor } from '../../src/predictor/open-predictor.ts';
import type { LoadedModel } from '../../src/serving/loaded-model.ts';

/** What MLflow answered one body. */
interface Recorded {
  readonly body: string;
  readonly status: number;
  readonly text?: string;
  readonly error_code?: string;
}

let folder: string;
beforeAll(() => {
  const bin = ensurePythonEnvironment('interop');
  folder = mkdtempSync(join(tmpdir(), 'converted-'));
  execFileSync(join(bin, 'python'), [resolve('test/python/make_converted.py'), folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers of JSON, NaN and Infinity included, to 9 digits: two libraries add up in another order. */
const rounded = (text: string | undefined): unknown =>
  text?.replace(/-?\d+\.\d+(?:e[+-]?\d+)?/g, (number) => Number(number).toPrecision(9));

async function open(name: string): Promise<LoadedModel> {
  const directory = join(folder, name);
  const mlmodel = await parseMlModel(readFileSync(join(directory, 'MLmodel'), 'utf8'));
  const predictor = await openPredictor(directory, mlmodel);
  return {
    version: { name, version: '1', source: directory, tags: {} },
    mlmodel,
    predictor,
    residentBytes: 0,
  };
}

async function ask(model: LoadedModel, body: string): Promise<Recorded> {
  try {
    const { text } = await scoreInvocation({
      contentType: 'application/json',
      body,
      model,
      limits: DEFAULT_LIMITS,
    });
    return { body, status: 200, text };
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    return { body, status: error.status, error_code: error.code };
  }
}

describe('a converted scikit-learn model', () => {
  it.each([
    ['a regressor without signature', 'line'],
    ['a regressor with one', 'signed'],
    ['a forest that answers True and False', 'forest'],
    ['a classifier that answers text', 'text'],
    ['predict_proba', 'chances'],
    ['a pipeline of numbers and text', 'mixed'],
  ])('answers and refuses as MLflow does: %s', async (_, name) => {
    const model = await open(name);
    const recorded = JSON.parse(
      readFileSync(join(folder, name, 'answers.json'), 'utf8'),
    ) as Recorded[];

    const answers = await Promise.all(recorded.map(({ body }) => ask(model, body)));

    expect(answers.map((answer) => ({ ...answer, text: rounded(answer.text) }))).toEqual(
      recorded.map((answer) => ({ ...answer, text: rounded(answer.text) })),
    );
    expect(recorded.filter(({ status }) => status === 200).length).toBeGreaterThan(3);
    await model.predictor.release();
  });
});
