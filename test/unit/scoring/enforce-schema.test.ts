import { describe, expect, it } from 'vitest';
import type { Column, Frame } from '../../../src/model/frame.ts';
import type { ModelInput } from '../../../src/model/model-input.ts';
import { schemaFromSpecs } from '../../../src/model/parse-signature.ts';
import { enforceSchema } from '../../../src/scoring/enforce-schema.ts';
import type { IndexedFrame } from '../../../src/scoring/frame/row-index.ts';
import { parseJson } from '../../../src/scoring/json/parse-json.ts';
import { parseBody } from '../../../src/scoring/parse-body.ts';

/** Both steps, as a request takes them. */
function enforce(text: string, ...specs: unknown[]): ModelInput {
  const inputs = schemaFromSpecs(specs);
  const json = parseJson(new TextEncoder().encode(text), { maxDepth: 100 });
  const { input } = parseBody(json, { inputs, params: undefined, isFromTypeHint: false });
  return enforceSchema(input, inputs);
}

const table = (input: ModelInput): unknown =>
  (input as Frame).columns.map(({ label, dtype, data }: Column) => [
    label,
    dtype,
    [...(data as Iterable<unknown>)],
  ]);

const column = (type: string, name?: string, required = true) =>
  name === undefined ? { type } : { type, name, required };
const tensor = (dtype: string, shape: number[], name?: string) => ({
  type: 'tensor',
  'tensor-spec': { dtype, shape },
  ...(name === undefined ? {} : { name }),
});

const REFUSED = expect.objectContaining({
  code: 'INVALID_PARAMETER_VALUE',
  errorClass: 'SCHEMA_ENFORCEMENT_FAILED',
});

describe('enforceSchema with columns', () => {
  it.each([
    {
      name: 'split',
      body: '{"dataframe_split": {"columns": ["b", "z", "a"], "data": [[1.5, 0, 2]]}}',
    },
    { name: 'records', body: '{"dataframe_records": [{"b": 1.5, "z": "x", "a": 2}]}' },
    { name: 'inputs by column', body: '{"inputs": {"b": [1.5], "z": [0], "a": [2]}}' },
    { name: 'inputs as one row', body: '{"inputs": {"b": 1.5, "a": 2}}' },
    { name: 'inputs by row', body: '{"inputs": [{"b": 1.5, "z": [1], "a": 2}]}' },
    { name: 'instances', body: '{"instances": [{"b": 1.5, "z": 0, "a": 2}]}' },
  ])('orders the columns of $name and drops others', ({ body }) => {
    const input = enforce(body, column('long', 'a'), column('double', 'b'));

    expect(table(input)).toEqual([
      ['a', 'int64', [2n]],
      ['b', 'float64', [1.5]],
    ]);
  });

  it('takes bytes of an array for binary columns only', () => {
    const body = '{"instances": [["a", "b"]]}';

    expect(table(enforce(body, column('binary'), column('binary')))).toEqual([
      [0n, 'object', [new Uint8Array([97])]],
      [1n, 'object', [new Uint8Array([98])]],
    ]);
    expect(() => enforce(body, column('binary'), column('string'))).toThrow(REFUSED);
  });

  it('does not count the cells of a column with an empty name', () => {
    const body = '{"instances": [{"a": 1, "": 1}, {"": 2}]}';

    expect(() => enforce(body, column('long', 'a'), column('long', ''))).toThrow(REFUSED);
  });

  it.each(['inputs', 'instances'])('makes one row of numbers by column under %s', (key) => {
    const specs = [
      column('long', 'a'),
      column('double', 'b'),
      column('float', 'c'),
      column('integer', 'd', false),
    ];

    expect(table(enforce(`{"${key}": {"d": 7, "b": 2, "a": 9, "c": 0.1}}`, ...specs))).toEqual([
      ['a', 'int64', [9n]],
      ['b', 'float64', [2]],
      ['c', 'float32', [Math.fround(0.1)]],
      ['d', 'int32', [7]],
    ]);
    expect(table(enforce(`{"${key}": {"a": 1.9, "b": true, "c": null}}`, ...specs))).toEqual([
      ['a', 'int64', [1n]],
      ['b', 'float64', [1]],
      ['c', 'float32', [Number.NaN]],
    ]);
    expect(() => enforce(`{"${key}": {"a": 1, "b": 2, "c": 3, "z": 4}}`, ...specs)).toThrow(
      REFUSED,
    );
  });

  it('leaves an optional column out that was not sent', () => {
    const input = enforce(
      '{"dataframe_records": [{"a": 1}]}',
      column('long', 'a'),
      column('long', 'b', false),
    );

    expect(table(input)).toEqual([['a', 'int64', [1n]]]);
  });

  it('has no rows when no declared column was sent', () => {
    const input = enforce('{"dataframe_records": [{"z": 1}]}', column('long', 'a', false));

    expect(input).toEqual({ kind: 'frame', rowCount: 0, columns: [] });
  });

  it('keeps the first columns for an unnamed signature', () => {
    const input = enforce(
      '{"dataframe_split": {"data": [[1, 2.5, 9]]}}',
      column('long'),
      column('double'),
    );

    expect(table(input)).toEqual([
      [0n, 'int64', [1n]],
      [1n, 'float64', [2.5]],
    ]);
  });

  it('makes a column 0 of a lone value', () => {
    expect(table(enforce('{"inputs": 5}', column('double')))).toEqual([[0n, 'float64', [5]]]);
  });

  it.each([
    {
      name: 'a missing column',
      body: '{"dataframe_records": [{"b": 1}]}',
      specs: [column('long', 'a')],
    },
    {
      name: 'too few unnamed columns',
      body: '{"dataframe_split": {"data": [[1]]}}',
      specs: [column('long'), column('long')],
    },
    {
      name: 'a repeated column',
      body: '{"dataframe_split": {"columns": ["a", "a"], "data": [[1, 2]]}}',
      specs: [column('long', 'a')],
    },
    {
      name: 'a list cell for a number',
      body: '{"inputs": [{"a": [1, 2]}]}',
      specs: [column('long', 'a')],
    },
    { name: 'a lone value for a name', body: '{"inputs": 5}', specs: [column('long', 'a')] },
    {
      name: 'dates with a zone',
      body: '{"dataframe_records": [{"a": "2020-01-01T00:00:00Z"}]}',
      specs: [column('datetime', 'a')],
    },
    {
      name: 'columns of unequal length',
      body: '{"inputs": {"a": [1], "b": [1, 2]}}',
      specs: [column('long', 'a'), column('long', 'b')],
    },
    {
      name: 'an empty name',
      body: '{"dataframe_split": {"data": [[1]]}}',
      specs: [column('long', '')],
    },
  ])('refuses $name', ({ body, specs }) => {
    expect(() => enforce(body, ...specs)).toThrow(REFUSED);
  });
});

describe('enforceSchema with tensors', () => {
  it.each([
    { name: 'a list', body: '{"inputs": [[1, 2], [3, 4]]}' },
    {
      name: 'a frame of several columns',
      body: '{"dataframe_split": {"columns": ["p", "q"], "data": [[1, 2], [3, 4]]}}',
    },
    {
      name: 'a frame of lists',
      body: '{"dataframe_split": {"columns": ["p"], "data": [[[1, 2]], [["3", 4]]]}}',
    },
  ])('makes one array of $name', ({ body }) => {
    const input = enforce(body, tensor('float32', [-1, 2]));

    expect(input).toEqual({
      kind: 'ndarray',
      dtype: 'float32',
      shape: [2, 2],
      data: new Float32Array([1, 2, 3, 4]),
    });
  });

  it.each([
    { name: 'inputs', body: '{"inputs": {"y": [5], "z": [1], "x": [[1, 2]]}}' },
    { name: 'instances', body: '{"instances": [{"y": 5, "x": [1, 2]}]}' },
    { name: 'a frame', body: '{"dataframe_records": [{"y": 5, "z": 0, "x": [1, 2]}]}' },
  ])('makes named arrays of $name', ({ body }) => {
    const input = enforce(body, tensor('float64', [-1, 2], 'x'), tensor('int64', [-1], 'y'));

    expect([...(input as Map<string, unknown>)]).toEqual([
      ['x', { kind: 'ndarray', dtype: 'float64', shape: [1, 2], data: new Float64Array([1, 2]) }],
      ['y', { kind: 'ndarray', dtype: 'int64', shape: [1], data: new BigInt64Array([5n]) }],
    ]);
  });

  it('lets ragged objects pass where inner sizes are open', () => {
    const input = enforce('{"inputs": [[1], [2, 3]]}', tensor('object', [-1, -1]));

    expect(input).toMatchObject({ dtype: 'object', shape: [2], data: [[1n], [2n, 3n]] });
  });

  it.each([
    { name: 'another rank', body: '{"inputs": [1, 2]}', specs: [tensor('float32', [-1, 2])] },
    { name: 'another size', body: '{"inputs": [[1, 2, 3]]}', specs: [tensor('float32', [-1, 2])] },
    {
      name: 'a missing tensor',
      body: '{"inputs": {"x": [1]}}',
      specs: [tensor('float32', [-1], 'x'), tensor('float32', [-1], 'y')],
    },
    {
      name: 'a list of objects under inputs',
      body: '{"inputs": [{"x": [1]}]}',
      specs: [tensor('float32', [-1, 1], 'x')],
    },
    {
      name: 'an empty frame',
      body: '{"dataframe_split": {"data": []}}',
      specs: [tensor('float32', [-1])],
    },
    {
      name: 'a frame for a fixed first size',
      body: '{"dataframe_split": {"data": [[1], [2]]}}',
      specs: [tensor('float32', [2, 1])],
    },
    {
      name: 'lists of another size',
      body: '{"dataframe_split": {"data": [[[1, 2, 3]]]}}',
      specs: [tensor('float32', [-1, 2])],
    },
    {
      name: 'nested lists in cells',
      body: '{"dataframe_split": {"data": [[[[1, 2]]]]}}',
      specs: [tensor('float32', [-1, 2])],
    },
    {
      name: 'rows none of which is labelled 0',
      body: '{"dataframe_split": {"index": [5], "data": [[1]]}}',
      specs: [tensor('float32', [-1])],
    },
  ])('refuses $name', ({ body, specs }) => {
    expect(() => enforce(body, ...specs)).toThrow(REFUSED);
  });

  it.each([
    { name: 'text', index: '["r"]' },
    { name: 'bools', index: '[true]' },
    { name: 'levels that begin with text', index: '[["r"], [5]]' },
  ])('takes row labels of $name by position', ({ index }) => {
    const input = enforce(
      `{"dataframe_split": {"index": ${index}, "data": [[1]]}}`,
      tensor('float32', [-1]),
    );

    expect(input).toMatchObject({ shape: [1] });
  });

  it('takes row labels that are dates by position', () => {
    const labelled: IndexedFrame = {
      kind: 'frame',
      rowCount: 2,
      columns: [{ label: 'x', dtype: 'float32', data: Float32Array.of(1, 2) }],
      index: { dtype: 'datetime64[ns]', labels: [null, null], levels: 0 },
    };

    const input = enforceSchema(labelled, schemaFromSpecs([tensor('float32', [-1])]));

    expect(input).toMatchObject({ shape: [2] });
  });
});
