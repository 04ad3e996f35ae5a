import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../src/model/frame.ts';
import type { ModelInput } from '../../../src/model/model-input.ts';
import { schemaFromSpecs } from '../../../src/model/parse-signature.ts';
import type { Signature } from '../../../src/model/signature.ts';
import { parseJson } from '../../../src/scoring/json/parse-json.ts';
import { parseBody } from '../../../src/scoring/parse-body.ts';

const json = (text: string) => parseJson(new TextEncoder().encode(text), { maxDepth: 100 });

const signature = (...specs: unknown[]): Signature => ({
  inputs: specs.length === 0 ? undefined : schemaFromSpecs(specs),
  params: undefined,
  isFromTypeHint: false,
});

const input = (text: string, ...specs: unknown[]): ModelInput =>
  parseBody(json(text), signature(...specs)).input;

/** Label, dtype and cells of each column. */
const columns = (text: string, ...specs: unknown[]): unknown =>
  (input(text, ...specs) as Frame).columns.map(({ label, dtype, data }) => [
    label,
    dtype,
    [...(data as Iterable<unknown>)],
  ]);

const double = { type: 'double', name: 'a' };
const long = { type: 'long', name: 'b' };

describe('parseBody', () => {
  it('gives params as they are and wraps the answer', () => {
    const parsed = parseBody(json('{"inputs": 5, "params": {"t": 1}, "other": 2}'), undefined);

    expect(parsed).toMatchObject({ params: new Map([['t', 1n]]), wrapped: true });
  });

  it.each([
    { name: 'a list', body: '[1]', problem: 'must be a JSON object' },
    { name: 'none of the formats', body: '{"columns": [], "data": []}', problem: 'it has none' },
    {
      name: 'two formats',
      body: '{"inputs": [1], "instances": [1]}',
      problem: 'instances and inputs',
    },
    {
      name: 'a body for a language model',
      body: '{"prompt": "a", "inputs": [1]}',
      problem: 'Python runtime',
    },
    {
      name: 'a split that is a list',
      body: '{"dataframe_split": [1]}',
      problem: 'expected an object',
    },
    {
      name: 'a split without data',
      body: '{"dataframe_split": {"columns": []}}',
      problem: 'expected "data"',
    },
    {
      name: 'a split with other keys',
      body: '{"dataframe_split": {"data": [], "x": 1}}',
      problem: 'expected "data"',
    },
    {
      name: 'records in an object',
      body: '{"dataframe_records": {"a": 1}}',
      problem: 'a list of objects',
    },
    {
      name: 'rows wider than columns',
      body: '{"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}',
      problem: 'one per column',
    },
    { name: 'ragged lists', body: '{"inputs": [[1, 2], [3]]}', problem: 'equal length' },
    {
      name: 'instances of unequal length',
      body: '{"instances": [{"a": 1}, {"b": 2}, {"b": 3}]}',
      problem: 'as many values',
    },
    {
      name: 'rows of another kind',
      body: '{"instances": [{"a": 1}, 2]}',
      problem: 'row 1: expected an object',
    },
  ])('refuses $name', ({ body, problem }) => {
    expect(() => input(body)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(problem) }),
    );
  });

  it('refuses nested columns and type hints by name', () => {
    const nested = { type: 'array', name: 'a', items: { type: 'long' } };
    const hinted = { ...signature(double), isFromTypeHint: true };

    expect(() => input('{"inputs": {"a": [1]}}', nested)).toThrow('column "a" is of type array');
    expect(() => parseBody(json('{"inputs": [1]}'), hinted)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' }),
    );
    expect(() => parseBody(json('{"instances": [1]}'), hinted)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
    );
  });

  it.each([
    {
      name: 'split',
      body: '{"dataframe_split": {"columns": ["b", "a", "z"], "data": [[1.9, "2", "x"], ["7", null, 0]]}}',
    },
    {
      name: 'records',
      body: '{"dataframe_records": [{"b": 1.9, "a": "2", "z": "x"}, {"b": "7", "a": null, "z": 0}]}',
    },
  ])('casts the declared columns of $name', ({ body }) => {
    expect(columns(body, double, long)).toEqual([
      ['b', 'int64', [1n, 7n]],
      ['a', 'float64', [2, Number.NaN]],
      ['z', 'object', ['x', 0n]],
    ]);
  });

  it('casts unnamed columns by position', () => {
    const body = '{"dataframe_split": {"data": [["1", "2"], ["3", "x"]]}}';

    expect(columns(body, { type: 'integer' })).toEqual([
      [0n, 'int32', [1, 3]],
      [1n, 'object', ['2', 'x']],
    ]);
  });

  it.each([
    { type: 'boolean', cells: '"", null, "no"', dtype: 'bool', expected: [0, 0, 1] },
    {
      type: 'float',
      cells: '"1e3", null, true',
      dtype: 'float32',
      expected: [1000, Number.NaN, 1],
    },
    { type: 'string', cells: '1, null, "s"', dtype: 'object', expected: [1n, null, 's'] },
    {
      type: 'binary',
      cells: '"AQ==", ""',
      dtype: 'object',
      expected: [new Uint8Array([1]), new Uint8Array([])],
    },
    {
      type: 'datetime',
      cells: '"1970-01-01", null',
      dtype: 'datetime64[ns]',
      expected: [0n, -(2n ** 63n)],
    },
  ])('casts frame columns to $type', ({ type, cells, dtype, expected }) => {
    const body = `{"dataframe_records": [${cells.split(', ').map((cell) => `{"a": ${cell}}`)}]}`;

    expect(columns(body, { type, name: 'a' })).toEqual([['a', dtype, expected]]);
  });

  it.each([
    { type: 'long', cell: 'null', problem: 'column "a", row 1: expected an integer' },
    { type: 'long', cell: '"1.0"', problem: 'column "a", row 1' },
    { type: 'double', cell: '"abc"', problem: 'column "a", row 1: expected a number' },
    { type: 'binary', cell: '"A"', problem: 'column "a", row 1: expected base64' },
    {
      type: 'datetime',
      cell: '"02/01/2020"',
      problem: 'column "a", row 1: expected a date written as the first',
    },
  ])('names column and row of a $type that does not convert, not its value', ({
    type,
    cell,
    problem,
  }) => {
    const first = { long: '"1"', double: '"1"', binary: '"AQ=="', datetime: '"2020-01-01"' }[type];
    const body = `{"dataframe_split": {"columns": ["a"], "data": [[${first}], [${cell}]]}}`;

    expect(() => input(body, { type, name: 'a' })).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(problem) }),
    );
  });

  it('keeps row dicts of inputs, pivots those of instances', () => {
    const rows = '[{"a": 1}, {"a": "x"}]';

    expect(input(`{"inputs": ${rows}}`)).toMatchObject(
      [
        new Map([['a', { dtype: 'int64', shape: [] }]]),
        new Map([['a', { dtype: 'str', shape: [] }]]),
      ].map(
        (row) => new Map([...row].map(([key, value]) => [key, expect.objectContaining(value)])),
      ),
    );
    expect(input(`{"instances": ${rows}}`)).toEqual(
      new Map([['a', { kind: 'ndarray', dtype: 'str', shape: [2], data: ['1', 'x'] }]]),
    );
  });

  it('takes a bare list for the only named column', () => {
    expect(input('{"inputs": ["1", 2]}', long)).toEqual(
      new Map([
        ['b', { kind: 'ndarray', dtype: 'int64', shape: [2], data: new BigInt64Array([1n, 2n]) }],
      ]),
    );
  });

  it('keeps an empty list a list', () => {
    expect(input('{"inputs": []}')).toEqual([]);
  });

  it('reads relative dates by the clock it is given', () => {
    const body = json('{"inputs": {"a": ["now"]}}');
    const dates = signature({ type: 'datetime', name: 'a' });

    const parsed = parseBody(body, dates, { nowMs: 5000 });

    expect(parsed.input).toMatchObject(
      new Map([['a', expect.objectContaining({ data: new BigInt64Array([5_000_000_000n]) })]]),
    );
    expect(() => parseBody(body, dates)).toThrow('ISO 8601');
  });
});
