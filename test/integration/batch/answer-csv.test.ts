import { describe, expect, it } from 'vitest';
import type { ScalarType, Schema } from '../../../src/model/signature.ts';
import { echo, modelOf, streamedAnswer, wholeAnswer } from '../../helpers/csv-answers.ts';
import { BLOCK_ROWS, wideCsv } from '../../helpers/wide-csv.ts';
import { createRandom, type Random } from '../../interop/random.ts';

const PIECE = 99_991;

const schemaOf = (types: Readonly<Record<string, ScalarType>>): Schema => ({
  kind: 'columns',
  inputs: Object.entries(types).map(([name, type]) => ({ name, type, required: true })),
});

async function both(csv: Buffer, inputs: Schema | undefined, columns = 4) {
  const model = modelOf(echo(columns), inputs);
  const { answer, passes } = await streamedAnswer(csv, model, PIECE);
  return { streamed: answer, passes, whole: await wholeAnswer(csv, model) };
}

const late = (first: string, last: string) => (row: number) =>
  row < 2 * BLOCK_ROWS ? first : last;

describe('answerCsv', () => {
  it.each([
    { name: 'integers', cell: (row: number) => `${row}`, passes: 1 },
    { name: 'decimals', cell: (row: number) => `${row / 8}`, passes: 1 },
    { name: 'a decimal in the last block', cell: late('1', '2.5'), passes: 2 },
    { name: 'integers in the last block', cell: late('0.5', '7'), passes: 2 },
    { name: 'a missing cell in the last block', cell: late('3', ''), passes: 2 },
    { name: 'only missing cells first', cell: late('', '3'), passes: 2 },
    {
      name: 'integers of 64 bits without a sign late',
      cell: late('1', '18446744073709551615'),
      passes: 2,
    },
    { name: 'booleans', cell: (row: number) => (row % 3 === 0 ? 'True' : 'false'), passes: 1 },
  ])('is byte for byte the answer to one request: $name', async ({ cell, passes }) => {
    const csv = wideCsv({ rowCount: 3 * BLOCK_ROWS + 5, columns: { a: cell, b: () => '1.5' } });

    const found = await both(csv, undefined);

    expect(found.whole).toBeTypeOf('string');
    expect(found.streamed === found.whole).toBe(true);
    expect(found.passes).toBe(passes);
  });

  it.each([
    { name: 'text late', cell: late('1', 'x'), passes: 2 },
    {
      name: 'quotes, line ends and letters of several bytes',
      cell: (row: number) => `"é ""${row}"",\n🙂"`,
      passes: 1,
    },
    { name: 'missing cells', cell: (row: number) => (row % 7 === 0 ? 'NA' : `t${row}`), passes: 1 },
    { name: 'numbers in some blocks and booleans in others', cell: late('x', 'True'), passes: 2 },
  ])('is that for text that the signature names: $name', async ({ cell, passes }) => {
    const csv = wideCsv({ rowCount: 3 * BLOCK_ROWS + 5, columns: { a: cell, b: () => '1.5' } });

    const found = await both(csv, schemaOf({ a: 'string', b: 'double' }));

    expect(found.whole).toBeTypeOf('string');
    expect(found.streamed === found.whole).toBe(true);
    expect(found.passes).toBe(passes);
  });

  it('takes the first rows again when they fit the signature only as what later ones are', async () => {
    const csv = wideCsv({ rowCount: 3 * BLOCK_ROWS, columns: { a: late('3', '0.5') } });

    const found = await both(csv, schemaOf({ a: 'double' }));

    expect(found.whole).toBeTypeOf('string');
    expect(found.streamed === found.whole).toBe(true);
    expect(found.passes).toBe(2);
  });

  it.each([
    { name: 'CRLF', options: { lineEnd: '\r\n' } },
    { name: 'CR', options: { lineEnd: '\r' } },
    {
      name: 'blank lines',
      options: { between: (row: number) => (row % 100 === 0 ? ' \t\n\n' : '') },
    },
    {
      name: 'blank lines that end with CR, and a comma behind',
      options: { between: (row: number) => (row % 500 === 3 ? '\r,' : '') },
    },
    { name: 'a byte order mark', options: { prefix: '\ufeff' } },
    { name: 'blank lines in front', options: { prefix: '\n\r\n  \n' } },
  ])('finds rows as one request does: $name', async ({ options }) => {
    const csv = wideCsv({
      rowCount: 2 * BLOCK_ROWS + 9,
      columns: { a: String, b: () => '1.5' },
      ...options,
    });

    const found = await both(csv, undefined);

    expect(found.whole).toBeTypeOf('string');
    expect(found.streamed === found.whole).toBe(true);
  });

  it('reads rows that begin with more cells than there are names as one request does', async () => {
    const csv = wideCsv({ rowCount: 2 * BLOCK_ROWS + 9, columns: { a: String } });
    const indexed = Buffer.from(csv.toString().replace(/\n(?=\d)/g, '\nrow,'));

    const found = await both(indexed, undefined);

    expect(found.whole).toBeTypeOf('string');
    expect(found.streamed === found.whole).toBe(true);
  });

  it.each([
    { name: 'text without a signature', cell: () => 'x', inputs: undefined },
    {
      name: 'text that a date is made of',
      cell: () => '2024-01-02',
      inputs: schemaOf({ a: 'datetime' }),
    },
    {
      name: 'booleans with missing ones',
      cell: late('True', ''),
      inputs: schemaOf({ a: 'boolean' }),
    },
  ])('leaves to one request what may depend on all rows: $name', async ({ cell, inputs }) => {
    const csv = wideCsv({ rowCount: 3 * BLOCK_ROWS, columns: { a: cell } });

    expect((await both(csv, inputs)).streamed).toBeUndefined();
  });

  it.each([
    { name: 'a row that is too long', at: ',1'.repeat(700), says: /fields, expected at most/ },
    { name: 'a quote that is never closed', at: '"1', says: /never closed/ },
    { name: 'text that is not UTF-8', at: Buffer.from([0xff]), says: /UTF-8/ },
  ])('fails where one request fails: $name', async ({ at, says }) => {
    const csv = wideCsv({ rowCount: 3 * BLOCK_ROWS, columns: { a: () => '1' } });
    const place = csv.length - 700_000;
    const spoilt = Buffer.concat([csv.subarray(0, place), Buffer.from(at), csv.subarray(place)]);

    const found = await both(spoilt, undefined);

    expect(found.whole).toBeInstanceOf(Error);
    expect(String(found.whole)).toMatch(says);
    expect(found.streamed).toBeInstanceOf(Error);
  });

  it.each([
    { name: 'a column that does not fit', cell: late('1', '0.5'), inputs: schemaOf({ a: 'long' }) },
    { name: 'a missing column', cell: () => '1', inputs: schemaOf({ z: 'long' }) },
  ])('says from which row on rows are refused: $name', async ({ cell, inputs }) => {
    const csv = wideCsv({ rowCount: 3 * BLOCK_ROWS, columns: { a: cell } });

    const found = await both(csv, inputs);

    expect(found.whole).toBeInstanceOf(Error);
    expect(String(found.streamed)).toBe(
      String(found.whole).replace(': ', ': in the rows from 0 on, counted from 0: '),
    );
  });

  it.each([
    { name: 'nothing', csv: '' },
    { name: 'a header alone', csv: 'a,b\n' },
  ])('leaves $name to one request', async ({ csv }) => {
    const { streamed } = await both(Buffer.from(csv), undefined);

    expect(typeof streamed).not.toBe('string');
  });

  it('leaves an answer that is no list of rows to one request', async () => {
    const csv = wideCsv({ rowCount: 2 * BLOCK_ROWS, columns: { a: () => '1' } });
    const model = modelOf(() => new Map([['mean', 1.5]]), undefined);

    expect((await streamedAnswer(csv, model, PIECE)).answer).toBeUndefined();
  });
});

/** What a column may hold; each kind may give way to another one at any row. */
const KINDS: readonly ((random: Random, row: number) => string)[] = [
  (random) => `${random.below(1000) - 500}`,
  (random) => `${random.below(1000) / 8}`,
  (random) => (random.below(50) === 0 ? '' : `${random.below(9)}`),
  (random) => random.pick(['True', 'false', 'TRUE']),
  (random) => random.pick(['NaN', 'inf', '-1e400', '1e-5', '3']),
  (random) => random.pick(['18446744073709551615', '1', '99999999999999999999']),
  (_, row) => `2024-01-${10 + (row % 20)}`,
  (random) => random.pick(['x', '"a,b"', '"line\nend"', '"say ""é"""', ' blank ', 'NULL', '007']),
];

function randomCsv(random: Random): Buffer {
  const column = () => {
    // Numbers more often than others, which are left to one request mostly.
    const kind = () =>
      KINDS[random.below(random.pick([3, KINDS.length]))] as (typeof KINDS)[number];
    const [first, second] = [kind(), kind()];
    const change = random.below(2) === 0 ? Number.POSITIVE_INFINITY : random.below(3 * BLOCK_ROWS);
    return (row: number) => (row < change ? first : second)(random, row);
  };
  const blank = random.pick(['', '', '\n', '  \n', '\r']);
  return wideCsv({
    rowCount: random.pick([1023, 1024, 1025, 2048, 2500, 3072, 3100]),
    columns: { a: column(), b: column(), c: column() },
    lineEnd: random.pick(['\n', '\n', '\r\n', '\r']),
    between: () => (random.below(300) === 0 ? blank : ''),
  });
}

const SCHEMAS: readonly (Schema | undefined)[] = [
  undefined,
  schemaOf({ a: 'string', b: 'double' }),
  schemaOf({ c: 'string', a: 'string', b: 'string' }),
  schemaOf({ b: 'long' }),
  schemaOf({ f0: 'long', f1: 'long' }),
  schemaOf({ a: 'double', f0: 'long' }),
];

describe('answerCsv on files made at random', () => {
  const counts = { answered: 0, left: 0, failed: 0 };

  it.each(
    Array.from({ length: 60 }, (_, seed) => seed),
  )('answers as one request: seed %i', async (seed) => {
    const random = createRandom(seed);
    const csv = randomCsv(random);
    const model = modelOf(echo(3), random.pick(SCHEMAS));

    const { answer } = await streamedAnswer(csv, model, 1 + random.below(200_000));

    if (typeof answer === 'string') expect(answer === (await wholeAnswer(csv, model))).toBe(true);
    if (answer instanceof Error) expect(await wholeAnswer(csv, model)).toBeInstanceOf(Error);
    counts[typeof answer === 'string' ? 'answered' : answer === undefined ? 'left' : 'failed']++;
  });

  it('has answered some of them, and left some to one request', () => {
    expect(counts.answered).toBeGreaterThan(12);
    expect(counts.left).toBeGreaterThan(10);
  });
});
