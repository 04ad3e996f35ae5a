import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { answerParquet } from '../../src/batch/answer/answer-parquet.ts';
import { scoreFrame } from '../../src/batch/answer/score-frame.ts';
import { openLocalInput } from '../../src/batch/store/local-input.ts';
import { DEFAULT_LIMITS } from '../../src/invocation/limits.ts';
import { scoreInvocation } from '../../src/invocation/score-invocation.ts';
import type { ScalarType, Schema } from '../../src/model/signature.ts';
import type { LoadedModel } from '../../src/serving/loaded-model.ts';
import { echo, modelOf } from '../helpers/csv-answers.ts';
import { runCli } from '../helpers/run-cli.ts';
import { linearModel } from '../helpers/tiny-onnx.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const MLMODEL =
  'flavors: {onnx: {data: model.onnx}, python_function: {loader_module: mlflow.onnx}}';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'predict-parquet-'));
  const python = join(ensurePythonEnvironment(), 'python');
  execFileSync(python, ['test/python/write_predict_parquet.py', folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const schemaOf = (types: Readonly<Record<string, ScalarType>>): Schema => ({
  kind: 'columns',
  inputs: Object.entries(types).map(([name, type]) => ({ name, type, required: true })),
});

async function wholeAnswer(path: string, model: LoadedModel): Promise<string | Error> {
  const contentType = 'application/vnd.apache.parquet';
  const request = { contentType, body: readFileSync(path), model, limits: DEFAULT_LIMITS };
  try {
    return (await scoreInvocation(request)).text;
  } catch (error) {
    return error as Error;
  }
}

/** Undefined where it says that the file must be taken as a whole. */
async function streamedAnswer(path: string, model: LoadedModel) {
  const written: Uint8Array[] = [];
  const counts: number[] = [];
  const isAnswered = await answerParquet({
    input: await openLocalInput(path),
    signature: model.mlmodel.signature,
    parallel: 3,
    // As a thread gets it: a copy.
    score: async (item) => {
      counts.push(item.frame.rowCount);
      return structuredClone(await scoreFrame(structuredClone(item).frame, model, DEFAULT_LIMITS));
    },
    output: {
      write: async (bytes) => {
        written.push(Uint8Array.from(bytes));
      },
    },
  });
  return { counts, answer: isAnswered ? Buffer.concat(written).toString() : undefined };
}

async function both(name: string, inputs: Schema | undefined) {
  const model = modelOf(echo(3), inputs);
  const path = join(folder, `${name}.parquet`);
  return { ...(await streamedAnswer(path, model)), whole: await wholeAnswer(path, model) };
}

const BY_ROW = ['floats', 'singles', 'integers', 'small-integers', 'bools', 'required'];
const WHOLE = [
  'late-nulls',
  'late-null-bools',
  'text',
  'dates',
  'moments',
  'categories',
  'nothing',
];

describe('answerParquet', () => {
  it.each([
    ...BY_ROW,
    'pandas-nullable',
    'pandas-index',
  ])('is byte for byte the answer to one request: %s', async (name) => {
    const { answer, whole, counts } = await both(name, undefined);

    expect(whole).toBeTypeOf('string');
    expect(answer === whole).toBe(true);
    expect(counts.length).toBeGreaterThan(1);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(1024);
    expect(counts.slice(0, -1).filter((count) => count % 16 !== 0)).toEqual([]);
  });

  it.each([
    ...WHOLE,
    'no-statistics',
    'no-rows',
  ])('leaves to one request what depends on all rows: %s', async (name) => {
    const { answer } = await both(name, undefined);

    expect(answer).toBeUndefined();
  });

  it.each<[string, Readonly<Record<string, ScalarType>>]>([
    ['text', { a: 'string', b: 'double' }],
    ['text', { b: 'double' }],
    ['integers', { a: 'long', b: 'double' }],
    ['bools', { a: 'boolean' }],
    ['floats', { b: 'double', a: 'double' }],
    ['singles', { a: 'float' }],
  ])('is that for columns that the signature names: %s as %o', async (name, types) => {
    const { answer, whole, counts } = await both(name, schemaOf(types));

    expect(whole).toBeTypeOf('string');
    expect(answer === whole).toBe(true);
    expect(counts.length).toBeGreaterThan(1);
  });

  it.each<[string, Readonly<Record<string, ScalarType>>]>([
    ['integers', { a: 'string' }],
    ['floats', { c: 'double' }],
    ['floats', { a: 'long' }],
  ])('is none where the request is refused: %s as %o', async (name, types) => {
    const { answer, whole } = await both(name, schemaOf(types));

    expect(whole).toBeInstanceOf(Error);
    expect(answer).toBeUndefined();
  });
});

describe('predict of a large Parquet file', () => {
  it('prints byte for byte the answer to one request, and leaves nothing behind', async () => {
    const [model, tmp, large] = ['model', 'tmp', 'large.parquet'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    mkdirSync(tmp);
    mkdirSync(model);
    writeFileSync(join(model, 'MLmodel'), MLMODEL);
    writeFileSync(join(model, 'model.onnx'), linearModel(2));
    const args = ['predict', '-m', model, '-t', 'parquet', '-i'];

    const streamed = await runCli([...args, large], { environment: { TMPDIR: tmp } });
    // What is no file is read whole.
    const whole = execFileSync(
      'sh',
      ['-c', 'cat "$0" | exec "$@"', large, process.execPath, MAIN, ...args, '/dev/stdin'],
      {
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      },
    );

    expect(streamed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(streamed.stdout === whole).toBe(true);
    expect(readdirSync(tmp).filter((name) => name.startsWith('mlflow-serverless'))).toEqual([]);
  });
});
