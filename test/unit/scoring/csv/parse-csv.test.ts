import { describe, expect, it } from 'vitest';
import type { ServingError } from '../../../../src/errors.ts';
import type { Frame } from '../../../../src/model/frame.ts';
import type { ColSpec, Schema } from '../../../../src/model/signature.ts';
import { type CsvLimits, parseCsv } from '../../../../src/scoring/csv/parse-csv.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const columns = (...inputs: (readonly [ColSpec['type'], string?])[]): Schema => ({
  kind: 'columns',
  inputs: inputs.map(([type, name]) => ({ type, name, required: true })),
});

/** Label → dtype and cells. */
const shown = (frame: Frame): Record<string, unknown> =>
  Object.fromEntries(
    frame.columns.map(({ label, dtype, data }) => [
      String(label),
      [dtype, ...(data as ArrayLike<unknown> & Iterable<unknown>)],
    ]),
  );

const parse = (text: string, schema?: Schema, limits?: CsvLimits): Record<string, unknown> =>
  shown(parseCsv(bytes(text), schema, limits));

function refusal(text: string | Uint8Array, schema?: Schema, limits?: CsvLimits): ServingError {
  try {
    parseCsv(typeof text === 'string' ? bytes(text) : text, schema, limits);
  } catch (error) {
    return error as ServingError;
  }
  throw new Error('the text was accepted');
}

// Results recorded from pandas 2.3.3, which MLflow's scoring server calls.
describe('parseCsv, lines and fields', () => {
  it.each([
    { name: 'LF', text: 'a,b\n1,x\n', expected: { a: ['int64', 1n], b: ['object', 'x'] } },
    { name: 'CRLF', text: 'a,b\r\n1,2\r\n', expected: { a: ['int64', 1n], b: ['int64', 2n] } },
    { name: 'bare CR', text: 'a\r1\r2\r', expected: { a: ['int64', 1n, 2n] } },
    { name: 'no line end at the end', text: 'a\n1', expected: { a: ['int64', 1n] } },
    { name: 'a byte order mark', text: '\ufeffa\n1\n', expected: { a: ['int64', 1n] } },
    { name: 'blank lines', text: '\n \t\na\n\n1\n  \r\n2\n', expected: { a: ['int64', 1n, 2n] } },
    { name: 'a quoted comma', text: 'a\n"1,5"\n', expected: { a: ['object', '1,5'] } },
    { name: 'doubled quotes', text: 'a\n"x""y"\n', expected: { a: ['object', 'x"y'] } },
    { name: 'a quoted line end', text: 'a\n"x\r\ny"\n', expected: { a: ['object', 'x\r\ny'] } },
    { name: 'text behind a quote', text: 'a\n"x"y"z\n', expected: { a: ['object', 'xy"z'] } },
    { name: 'a quote inside a text', text: 'a\nx"y"\n', expected: { a: ['object', 'x"y"'] } },
    { name: 'a quoted number', text: 'a\n"1.5"\n', expected: { a: ['float64', 1.5] } },
    { name: 'text beyond ASCII', text: 'é\n"日""本"\n', expected: { é: ['object', '日"本'] } },
    { name: 'a NUL ends a cell', text: 'a\nx\0y\n', expected: { a: ['object', 'x'] } },
    { name: 'a NUL in quotes', text: 'a\n"x\0y"\n', expected: { a: ['object', 'x'] } },
    { name: 'leading blanks', text: ' a\n  x\n', expected: { ' a': ['object', '  x'] } },
    { name: 'a header only', text: 'a,b\n', expected: { a: ['object'], b: ['object'] } },
    {
      name: 'a comma behind a blank line with a bare CR, which is swallowed',
      text: 'a,b\r\r,2\r',
      expected: { a: ['int64', 2n], b: ['float64', Number.NaN] },
    },
    {
      name: 'blanks behind a bare CR, which repeat the header',
      text: 'a\r x',
      expected: { a: ['object', 'a', ' x'] },
    },
  ])('reads $name', ({ text, expected }) => {
    expect(parse(text)).toEqual(expected);
  });

  it('fills short lines with missing values', () => {
    expect(parse('a,b\n1\n')).toEqual({ a: ['int64', 1n], b: ['float64', Number.NaN] });
  });

  it('drops the columns a longer first line puts in front', () => {
    expect(parse('a,b\nx,y,1,2\nz,z,3\n')).toEqual({
      a: ['int64', 1n, 3n],
      b: ['float64', 2, Number.NaN],
    });
  });

  it.each([
    { name: 'repeated', header: 'a,a,a', expected: ['a', 'a.1', 'a.2'] },
    { name: 'repeated beside a taken suffix', header: 'a,a,a.1', expected: ['a', 'a.2', 'a.1'] },
    { name: 'empty', header: ',a,', expected: ['Unnamed: 0', 'a', 'Unnamed: 2'] },
    {
      name: 'empty beside its own name',
      header: ',Unnamed: 0',
      expected: ['Unnamed: 0.1', 'Unnamed: 0'],
    },
    { name: 'quoted', header: '"x,y","""q"""', expected: ['x,y', '"q"'] },
  ])('names $name columns', ({ header, expected }) => {
    const { columns: named } = parseCsv(bytes(`${header}\n1\n`), undefined);

    expect(named.map(({ label }) => label)).toEqual(expected);
  });
});

describe('parseCsv, inference', () => {
  const NAN = Number.NaN;

  it.each([
    { name: 'signs and blanks', cells: ['+1', ' -2 ', '003'], expected: ['int64', 1n, -2n, 3n] },
    {
      name: 'the largest int64',
      cells: [`${2n ** 63n - 1n}`],
      expected: ['int64', 2n ** 63n - 1n],
    },
    { name: 'larger integers', cells: [`${2n ** 63n}`, '1'], expected: ['uint64', 2n ** 63n, 1n] },
    { name: 'integers of 65 bits', cells: [`${2n ** 64n}`], expected: ['object', `${2n ** 64n}`] },
    {
      name: 'large and negative integers',
      cells: [`${2n ** 63n}`, '-1', 'NA'],
      expected: ['object', `${2n ** 63n}`, '-1', 'NA'],
    },
    {
      name: 'digits beyond 64 bits in front of a point',
      cells: ['100000000000000000000.5'],
      expected: ['object', '100000000000000000000.5'],
    },
    { name: 'missing integers', cells: ['1', 'NA'], expected: ['float64', 1, NAN] },
    {
      name: 'the smallest int64 beside missing ones',
      cells: [`${-(2n ** 63n)}`, 'NA'],
      expected: ['float64', NAN, NAN],
    },
    { name: 'nothing', cells: ['NULL', 'n/a'], expected: ['float64', NAN, NAN] },
    { name: 'decimals', cells: ['1.', '.5', '-0', '1e3'], expected: ['float64', 1, 0.5, -0, 1000] },
    {
      name: 'infinities',
      cells: ['inf', '-Infinity', '+INF'],
      expected: ['float64', Infinity, -Infinity, Infinity],
    },
    { name: 'an infinity with a blank', cells: ['inf '], expected: ['object', 'inf '] },
    { name: 'too large a float', cells: ['1e309'], expected: ['object', '1e309'] },
    { name: 'any case of booleans', cells: ['True', 'fAlSe'], expected: ['bool', 1, 0] },
    { name: 'missing booleans', cells: ['true', ''], expected: ['object', true, NAN] },
    { name: 'texts', cells: ['x', 'nan', 'NAN'], expected: ['object', 'x', NAN, 'NAN'] },
    { name: 'dates', cells: ['2021-01-01'], expected: ['object', '2021-01-01'] },
  ])('reads $name', ({ cells, expected }) => {
    const text = `a,b\n${cells.map((cell) => `${cell},`).join('\n')}\n`;

    expect(parse(text)['a']).toEqual(expected);
  });

  it.each([
    { text: '0.1234567890123456789', expected: 0.1234567890123456 }, // 17 digits, the first is 0
    { text: '00000000000000000012345', expected: 0 },
    { text: '0.00000000000000001234', expected: 0 },
    { text: '1e4294967297', expected: 10 }, // the exponent is a 32-bit int, which wraps
    { text: '-1e-700', expected: 0 },
    { text: '8.5e-308', expected: 8.5e-308 },
    { text: '17.976931348623157e307', expected: 17.976931348623157e307 },
  ])('converts $text as pandas does', ({ text, expected }) => {
    expect(parse(`a\n${text}x\n`)).toEqual({ a: ['object', `${text}x`] });
    expect(parse(`a\n0.5\n${text}\n`)['a']).toEqual(['float64', 0.5, expected]);
  });

  it('is not the nearest double where pandas is not', () => {
    // Python's float() gives 4.7021999999999996e-36.
    const [, value] = parse('a\n4.7022e-36\n')['a'] as [string, number];

    expect(value).toBe(47022 / 1e40);
  });
});

describe('parseCsv, dtypes of a signature', () => {
  const typed = (type: ColSpec['type'], ...cells: string[]): unknown =>
    parse(`a,b\n${cells.map((cell) => `${cell},`).join('\n')}\n`, columns([type, 'a']))['a'];

  it.each([
    { type: 'long', cells: ['1', '2.0', '-3e0'], expected: ['int64', 1n, 2n, -3n] },
    { type: 'long', cells: ['True', 'false'], expected: ['int64', 1n, 0n] },
    { type: 'long', cells: [`${2n ** 63n}`], expected: ['uint64', 2n ** 63n] },
    { type: 'integer', cells: ['1', '2147483648'], expected: ['int32', 1, -2147483648] },
    { type: 'integer', cells: [`${2n ** 64n - 1n}`], expected: ['int32', -1] },
    { type: 'double', cells: ['1', 'NA', 'inf'], expected: ['float64', 1, Number.NaN, Infinity] },
    { type: 'double', cells: ['true', 'NA'], expected: ['float64', 1, Number.NaN] },
    { type: 'float', cells: ['0.1'], expected: ['float32', Math.fround(0.1)] },
    { type: 'boolean', cells: ['TRUE', 'false'], expected: ['bool', 1, 0] },
    { type: 'boolean', cells: ['1', '0.0'], expected: ['bool', 1, 0] },
    { type: 'string', cells: ['001', 'NA', 'x'], expected: ['object', '001', Number.NaN, 'x'] },
    { type: 'binary', cells: ['AQI='], expected: ['object', 'AQI='] },
  ] as const)('reads $cells as $type', ({ type, cells, expected }) => {
    expect(typed(type, ...cells)).toEqual(expected);
  });

  it.each([
    { type: 'long', cells: ['1', 'NA'], message: 'csv column "a", missing value' },
    { type: 'long', cells: ['1', '1.5'], message: 'csv column "a", row 1: expected an integer' },
    { type: 'long', cells: ['1', 'x'], message: 'csv column "a", row 1: expected an integer' },
    { type: 'long', cells: [`${2n ** 64n}`], message: 'row 0: expected an integer of at most 64' },
    { type: 'long', cells: ['9223372036854775808.0'], message: 'row 0: expected an integer' },
    { type: 'integer', cells: ['3e9'], message: 'row 0: expected an integer' },
    { type: 'double', cells: ['1', 'x'], message: 'csv column "a", row 1: expected a number' },
    { type: 'boolean', cells: ['true', ''], message: 'csv column "a", missing value' },
    { type: 'boolean', cells: ['1', '2'], message: 'csv column "a", row 1: expected true, false' },
    { type: 'boolean', cells: ['yes'], message: 'csv column "a", row 0: expected true, false' },
    { type: 'datetime', cells: ['2021-01-01'], message: 'takes no datetime column' },
  ] as const)('refuses $cells as $type', ({ type, cells, message }) => {
    const text = `a,b\n${cells.map((cell) => `${cell},`).join('\n')}\n`;

    expect(refusal(text, columns([type, 'a']))).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining(message),
    });
  });

  it('leaves other columns to inference and ignores inputs that are absent', () => {
    expect(parse('b,a\n1,1\n', columns(['double', 'a'], ['datetime', 'z']))).toEqual({
      b: ['int64', 1n],
      a: ['float64', 1],
    });
  });

  it('goes by position, index columns counted, when inputs have no names', () => {
    const schema = columns(['double'], ['string'], ['double']);

    expect(parse('a,b\n1,2\n', schema)).toEqual({ a: ['float64', 1], b: ['object', '2'] });
    expect(parse('a,b\n1,2,3\n', schema)).toEqual({ a: ['object', '2'], b: ['float64', 3] });
    expect(refusal('a,b\nx,2,3\n', schema).code).toBe('BAD_REQUEST');
  });

  it('gives a renamed column the dtype of its first name, if there are rows', () => {
    const schema = columns(['double', 'a']);

    expect(parse('a,a\n1,1\n', schema)).toEqual({ a: ['float64', 1], 'a.1': ['float64', 1] });
    expect(parse('a,a\n', schema)).toEqual({ a: ['float64'], 'a.1': ['object'] });
  });

  it('gives a header without rows its dtypes, datetime too', () => {
    const types = ['boolean', 'integer', 'long', 'float', 'double', 'string', 'datetime'] as const;
    const schema = columns(...types.map((type) => [type] as const));

    const { rowCount, columns: empty } = parseCsv(bytes('a,b,c,d,e,f,g,h\n'), schema);

    expect(rowCount).toBe(0);
    expect(empty.map(({ dtype }) => dtype)).toEqual([
      'bool',
      'int32',
      'int64',
      'float32',
      'float64',
      'object',
      'datetime64[ns]',
      'object',
    ]);
    expect(refusal('a\n', schema).message).toContain('the model takes at least');
  });
});

describe('parseCsv, refusals', () => {
  const TENSORS: Schema = {
    kind: 'tensors',
    inputs: [{ dtype: 'float64', shape: [-1, 2], name: undefined }],
  };

  it.each([
    { name: 'an empty body', text: '', message: 'expected a header line' },
    { name: 'blank lines only', text: ' \n\r\n', message: 'expected a header line' },
    { name: 'a longer later line', text: 'a,b\n1,2\n1,2,3\n', message: 'csv line 3: 3 fields' },
    { name: 'an open quote', text: 'a\n"x\n', message: 'csv line 2: a quoted field is never' },
    { name: 'blanks behind bare CRs', text: 'a\n1\r 2\r 3', message: 'end lines with a line feed' },
    { name: 'tensors', text: 'a\n1\n', schema: TENSORS, message: 'tensors, which CSV cannot' },
    { name: 'arrays', text: 'a\n1\n', schema: columns(['array', 'a']), message: 'input "a" is of' },
  ])('refuses $name', ({ text, schema, message }) => {
    expect(refusal(text, schema)).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    { name: 'a name', body: [0xff, 10, 49, 10] },
    { name: 'a cell', body: [97, 10, 0xc3, 10] },
    { name: 'a cell that is not kept', body: [...bytes('a\n1\n'), 0x22, 0xed, 0xa0, 0x80, 0x22] },
  ])('refuses bytes that are not UTF-8 in $name', ({ body }) => {
    expect(refusal(Uint8Array.from(body))).toMatchObject({
      code: 'BAD_REQUEST',
      message: 'csv body: expected UTF-8 text',
    });
  });

  it('never quotes a cell', () => {
    const error = refusal('a\nsecret\n', columns(['double', 'a']));

    expect(error.message).not.toContain('secret');
  });

  it.each([
    { name: 'rows', text: 'a\n1\n2\n3\n', limits: { maxRows: 2 }, message: 'more than 2 rows' },
    { name: 'columns', text: 'a,b,c\n', limits: { maxColumns: 2 }, message: 'limit of 2' },
    { name: 'columns in a row', text: 'a\n1,2,3\n', limits: { maxColumns: 2 }, message: 'line 2' },
    {
      name: 'padding',
      text: `a${','.repeat(999)}\n${'1\n'.repeat(1_200)}`,
      limits: {},
      message: 'short lines leave more than',
    },
  ])('keeps the limit of $name', ({ text, limits, message }) => {
    expect(refusal(text, undefined, limits)).toMatchObject({
      code: 'REQUEST_TOO_LARGE',
      status: 413,
      message: expect.stringContaining(message),
    });
  });

  it('accepts as many rows as the limit', () => {
    expect(parse('a\n1\n2\n', undefined, { maxRows: 2 })).toEqual({ a: ['int64', 1n, 2n] });
  });
});
