import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../src/http/http-message.ts';
import { createHttpHandler } from '../../src/http/routes.ts';
import { column, type Frame, frame, isFrame } from '../../src/model/frame.ts';
import { parseSignature } from '../../src/model/parse-signature.ts';
import type { Signature } from '../../src/model/signature.ts';
import type { ParsedPredictor } from '../../src/predictor/predictor.ts';
import { mlmodelOf } from '../helpers/model-directory.ts';

/**
 * Bodies that nobody sends on purpose, or only on purpose: whatever arrives, the answer is a 200 or a
 * 4xx in our error shape, soon, and without holding on to memory.
 */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 12_000);

const columns = (...types: [string, string][]): string =>
  JSON.stringify(types.map(([name, type]) => ({ name, type, required: true })));

const SIGNATURES: Record<string, Signature | undefined> = {
  none: undefined,
  doubles: parseSignature({ inputs: columns(['a', 'double'], ['b', 'double']) }),
  'every scalar type': parseSignature({
    inputs: columns(
      ['a', 'double'],
      ['b', 'long'],
      ['c', 'string'],
      ['d', 'boolean'],
      ['e', 'integer'],
      ['f', 'float'],
      ['g', 'binary'],
      ['h', 'datetime'],
    ),
    params: JSON.stringify([{ name: 't', type: 'double', default: 0.5, shape: null }]),
  }),
  unnamed: parseSignature({ inputs: JSON.stringify([{ type: 'long' }, { type: 'double' }]) }),
  tensor: parseSignature({
    inputs: JSON.stringify([
      { type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 2] } },
    ]),
  }),
  'named tensors': parseSignature({
    inputs: JSON.stringify([
      { name: 'a', type: 'tensor', 'tensor-spec': { dtype: 'float64', shape: [-1] } },
      { name: 'b', type: 'tensor', 'tensor-spec': { dtype: 'object', shape: [-1, 1] } },
    ]),
  }),
};

/** Answers frames with a column of zeros, everything else with null: what a model returns is not the body's fault. */
const echo: ParsedPredictor = {
  kind: 'parsed',
  predict: (input) => (isFrame(input) ? zeros(input) : null),
  release: async () => {},
};

const zeros = ({ rowCount }: Frame): Frame =>
  frame(rowCount, [column('zero', 'float32', new Float32Array(rowCount))]);

function post(
  signature: Signature | undefined,
  contentType: string,
  body: string | Uint8Array,
): Promise<HttpResponse> {
  const model = {
    version: { name: 'm', version: '1', source: 'file:/m', tags: {} },
    mlmodel: {
      ...mlmodelOf({}),
      signature,
    },
    predictor: echo,
    residentBytes: 0,
  };
  const cache = { acquire: async () => ({ model, release: () => {} }), close: async () => {} };
  const handler = createHttpHandler({ cache, modelUri: 'models:/m/1' });
  return handler(
    {
      method: 'POST',
      path: '/invocations',
      query: '',
      headers: { 'content-type': contentType },
      body,
    },
    { requestId: 'r' },
  );
}

/** A 200, or a client error with a code; never a 5xx. */
function expectClientAnswer({ status, headers, body }: HttpResponse): void {
  expect([200, 400, 413, 415]).toContain(status);
  if (status === 200) return;
  if (headers['content-type'] === 'application/json') {
    const error = JSON.parse(body);
    expect(typeof error.error_code).toBe('string');
    expect(error.message.length).toBeLessThan(2000);
    expect(error).not.toHaveProperty('stack_trace');
  }
}

const CELL = fc.oneof(
  { weight: 6, arbitrary: fc.double().map(String) },
  { weight: 4, arbitrary: fc.integer().map(String) },
  fc.bigInt().map(String),
  fc.constantFrom(
    'null',
    'true',
    'false',
    'NaN',
    'Infinity',
    '-Infinity',
    '1e400',
    '-0',
    '1e-400',
    '""',
    '[]',
    '{}',
  ),
  fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"2024-01-02"',
    '"1_0"',
    '" 5 "',
    '"nan"',
    '"AQID"',
    '"\\ud800"',
    '{"__proto__": 1}',
    '[[1], [2, 3]]',
    '"today"',
  ),
);
const KEY = fc
  .oneof(
    { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h') },
    fc.constantFrom('__proto__', 'constructor', 'toString', '', 'length', 'A'),
    fc.string(),
  )
  .map((text) => JSON.stringify(text));
const ROW = fc.array(CELL, { maxLength: 9 }).map((cells) => `[${cells.join(',')}]`);
const OBJECT = fc.array(fc.tuple(KEY, CELL), { maxLength: 9 }).map(asObject);
const TREE: fc.Arbitrary<string> = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    CELL,
    fc.array(tie('tree'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc.array(fc.tuple(KEY, tie('tree')), { maxLength: 4 }).map(asObject),
  ),
})).tree;

function asObject(pairs: [string, string][]): string {
  return `{${pairs.map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
}

const list = (items: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(items, { maxLength: 5 }).map((rows) => `[${rows.join(',')}]`);
const VALUE = fc.oneof(
  fc.tuple(list(KEY), list(ROW)).map(([names, data]) => `{"columns": ${names}, "data": ${data}}`),
  fc
    .tuple(list(KEY), TREE, TREE)
    .map(([names, index, data]) => `{"columns": ${names}, "index": ${index}, "data": ${data}}`),
  list(OBJECT),
  list(ROW),
  fc.array(fc.tuple(KEY, list(CELL)), { maxLength: 8 }).map(asObject),
  OBJECT,
  TREE,
);
const ENVELOPE = fc
  .tuple(
    fc.constantFrom(
      'dataframe_split',
      'dataframe_records',
      'inputs',
      'instances',
      'prompt',
      'other',
    ),
    VALUE,
    fc.option(TREE, { freq: 4 }),
  )
  .map(
    ([key, value, params]) =>
      `{"${key}": ${value}${params === null ? '' : `, "params": ${params}`}}`,
  );

/** A body with a few bytes cut out, doubled or replaced. */
const damaged = (text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(3)), { maxLength: 4 }))
    .map(([whole, edits]) => {
      const bytes = [...Buffer.from(whole)];
      for (const [at, byte, kind] of edits) {
        bytes.splice(at % (bytes.length + 1), kind === 0 ? 1 : 0, ...(kind === 1 ? [] : [byte]));
      }
      return Uint8Array.from(bytes);
    });

const CSV = fc
  .array(
    fc.array(fc.oneof(CELL, fc.string(), fc.constantFrom('"', '""', 'a"b', '\r', 'NA')), {
      maxLength: 9,
    }),
    { maxLength: 6 },
  )
  .map((rows) => `a,b,c,d,e,f,g,h\n${rows.map((cells) => cells.join(',')).join('\n')}`);

describe.each(Object.entries(SIGNATURES))('signature: %s', (_, signature) => {
  const check = async (
    type: string,
    bodies: fc.Arbitrary<string | Uint8Array>,
    runs = RUNS,
  ): Promise<void> => {
    await fc.assert(
      fc.asyncProperty(bodies, async (body) =>
        expectClientAnswer(await post(signature, type, body)),
      ),
      { numRuns: runs },
    );
  };

  it('answers every JSON envelope', () => check('application/json', ENVELOPE));
  it('answers damaged JSON', () => check('application/json', damaged(ENVELOPE), RUNS / 2));
  it('answers any CSV', () => check('text/csv', fc.oneof(CSV, damaged(CSV)), RUNS / 4));
  it('answers bytes of any kind', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    for (const type of ['application/json', 'text/csv', 'application/vnd.apache.parquet']) {
      await check(type, bytes, RUNS / 12);
    }
  });
});

describe('a body built to hurt', () => {
  const deep = (open: string, close: string, depth: number): string =>
    open.repeat(depth) + close.repeat(depth);
  const MIB = 2 ** 20;
  const cases: [string, string, () => string | Uint8Array][] = [
    ['10,000 lists deep', 'application/json', () => `{"inputs": ${deep('[', ']', 10_000)}}`],
    [
      '10,000 objects deep',
      'application/json',
      () => `{"inputs": ${deep('{"a":', '}', 10_000).replace('}', '1}')}}`,
    ],
    [
      'a million lists deep, never closed',
      'application/json',
      () => `{"inputs": ${'['.repeat(1_000_000)}`,
    ],
    ['50 MB of numbers', 'application/json', () => `{"inputs": [${'1.5,'.repeat(12 * MIB)}1]}`],
    ['50 MB of one string', 'application/json', () => `{"inputs": ["${'x'.repeat(50 * MIB)}"]}`],
    [
      '50 MB of small objects',
      'application/json',
      () => `{"dataframe_records": [${'{"a":1,"b":"x"},'.repeat(3 * MIB)}{}]}`,
    ],
    ['50 MB of empty lists', 'application/json', () => `{"inputs": [${'[],'.repeat(16 * MIB)}[]]}`],
    ['an integer of 5,000 digits', 'application/json', () => `{"inputs": [${'9'.repeat(5000)}]}`],
    [
      'a number of a million digits',
      'application/json',
      () => `{"inputs": [0.${'3'.repeat(1_000_000)}]}`,
    ],
    [
      'half a million keys',
      'application/json',
      () => `{"dataframe_records": [{${Array.from({ length: 500_000 }, (_, i) => `"k${i}":1`)}}]}`,
    ],
    ['50 MB of CSV in one unclosed quote', 'text/csv', () => `a\n"${'x,\n'.repeat(16 * MIB)}`],
    ['50 MB of commas', 'text/csv', () => ','.repeat(50 * MIB)],
    ['50 MB of blank lines', 'text/csv', () => `a\n${'\n'.repeat(50 * MIB)}`],
    ['a million columns', 'text/csv', () => `${Array.from({ length: 1_000_000 }, (_, i) => i)}\n`],
    ['invalid UTF-8', 'application/json', () => Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22])],
    ['an encoded surrogate', 'application/json', () => Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['only NaN', 'application/json', () => `{"inputs": [${'NaN,'.repeat(100_000)}NaN]}`],
    [
      'an empty frame',
      'application/json',
      () => '{"dataframe_split": {"columns": [], "data": []}}',
    ],
  ];

  it.each(cases)(
    '%s',
    async (_, type, make) => {
      const body = make();
      const started = performance.now();

      for (const signature of [undefined, SIGNATURES['doubles'], SIGNATURES['tensor']]) {
        expectClientAnswer(await post(signature, type, body));
      }

      // Three answers: seconds even for 50 MB on a busy machine, never minutes.
      expect(performance.now() - started).toBeLessThan(60_000);
      expect(process.memoryUsage().rss).toBeLessThan(6 * 2 ** 30);
    },
    120_000,
  );
});
