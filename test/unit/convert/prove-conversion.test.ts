import { describe, expect, it } from 'vitest';
import type { AskModel, ModelAnswer } from '../../../src/convert/ask-original.ts';
import { type ProofOptions, proveConversion } from '../../../src/convert/prove-conversion.ts';
import type { JsonValue } from '../../../src/model/json-value.ts';
import type { Schema } from '../../../src/model/signature.ts';
import { parseCsv } from '../../../src/scoring/csv/parse-csv.ts';

const SCHEMA: Schema = { kind: 'columns', inputs: [{ name: 'x', type: 'double', required: true }] };

/** A model of one column; what `answer` returns undefined for is refused. */
const modelOf =
  (answer: (x: number) => JsonValue | undefined): AskModel =>
  async ({ contentType, body }) => {
    const rows = contentType === 'text/csv' ? fromCsv(body) : fromJson(body);
    if (rows === undefined || rows.length === 0) return REFUSED;
    const answers = rows.map(answer);
    if (answers.some((item) => item === undefined)) return REFUSED;
    return { status: 200, value: new Map([['predictions', answers as JsonValue[]]]) };
  };

const REFUSED: ModelAnswer = { status: 400, code: 'BAD_REQUEST' };

const fromCsv = (body: string | Uint8Array): number[] =>
  Array.from(parseCsv(Buffer.from(body), SCHEMA).columns[0]?.data as Float64Array);

function fromJson(body: string | Uint8Array): number[] | undefined {
  const text = String(body)
    .replaceAll('NaN', '"nan"')
    .replaceAll(/-?Infinity/g, (found) => `"${found}"`);
  const {
    dataframe_split: split,
    dataframe_records: records,
    inputs,
    instances,
  } = JSON.parse(text);
  const rows = split?.data?.map(([x]: [number]) => x) ?? inputs?.x;
  return (rows ?? (records ?? instances)?.map(({ x }: { x: number }) => x))?.map(
    (x: number | null) => (x === null ? Number.NaN : Number(x)),
  );
}

const prove = (original: AskModel, converted: AskModel, options: Partial<ProofOptions> = {}) =>
  proveConversion({
    ...{ original, converted, schema: SCHEMA, example: undefined, checks: [], knowledge: [] },
    ...{ isFloat32: false, seed: 1 },
    ...options,
  });

describe('proveConversion', () => {
  it('finds a model equal to itself, on a thousand rows and on those that it refuses', async () => {
    const model = modelOf((x) => (Number.isFinite(x) ? 2 * x : undefined));

    const proof = await prove(model, model);

    expect(proof.verdict).toBe('equal');
    expect(proof.sources.find(({ source }) => source === 'ordinary rows')?.rows).toBeGreaterThan(
      1000,
    );
    expect(proof.sources.find(({ source }) => source === 'edge values')?.refused).toBeGreaterThan(
      2,
    );
    expect(proof.worst).toEqual([]);
  });

  it('shows the rows that are answered worst', async () => {
    const original = modelOf((x) => (x > 1 ? 3.5 : 1.5));
    const converted = modelOf((x) => (x > 1 ? 3.6 : 1.5));

    const { verdict, worst } = await prove(original, converted);

    expect(verdict).toBe('drift');
    expect(worst[0]).toMatchObject({ kind: 'number', expected: '3.5', got: '3.6' });
    expect(worst[0]?.relative_error).toBeCloseTo(0.1 / 3.6);
    expect(worst[0]?.input?.['x']).toBeGreaterThan(1);
  });

  it('counts a refusal that only one of them makes as a difference of status, for its row alone', async () => {
    const original = modelOf((x) => (Number.isNaN(x) ? undefined : x));
    const converted = modelOf((x) => x);

    const { verdict, worst, sources } = await prove(original, converted);

    expect(verdict).toBe('different');
    expect(worst[0]).toMatchObject({ kind: 'status', expected: '400 BAD_REQUEST', got: '200' });
    expect([null, Number.NaN]).toContain(worst[0]?.input?.['x']);
    expect(sources.find(({ source }) => source === 'ordinary rows')?.differences.status).toBe(0);
  });

  it('counts another label as drift, not as a number', async () => {
    const { verdict, sources } = await prove(
      modelOf((x) => (x > 0 ? 1n : 0n)),
      modelOf((x) => (x >= 0 ? 1n : 0n)),
    );

    expect(verdict).toBe('drift');
    expect(sources.reduce((sum, { differences }) => sum + differences.label, 0)).toBeGreaterThan(0);
  });

  it('takes what a float32 model computes for equal to 1e-4', async () => {
    const original = modelOf((x) => x);
    const converted = modelOf((x) => x * (1 - 1e-5));

    expect((await prove(original, converted)).verdict).toBe('drift');
    expect((await prove(original, converted, { isFloat32: true })).verdict).toBe('equal');
  });

  it('refuses a model that does not agree with itself', async () => {
    const model = modelOf(() => Math.random());

    await expect(prove(model, model)).rejects.toThrow(/answers the same request differently/);
  });

  it('refuses a model that answers nothing it is asked', async () => {
    const model = modelOf(() => undefined);

    await expect(prove(model, model)).rejects.toThrow(/give rows that it answers with --check/);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const model = modelOf((x) => x);
    const counting: AskModel = (request) => {
      stop.abort(new Error('stopped'));
      return model(request);
    };

    await expect(prove(counting, model, { signal: stop.signal })).rejects.toThrow('stopped');
  });

  it('asks the rows that the user gave', async () => {
    const original = modelOf((x) => (x === 42 ? 1.5 : 0.5));
    const converted = modelOf(() => 0.5);

    const proof = await prove(original, converted, {
      checks: [{ name: 'mine.csv', rows: [[42], [43]] }],
    });

    expect(proof.sources[0]).toMatchObject({
      source: 'check mine.csv',
      rows: 2,
      differences: { number: 1 },
    });
  });
});
