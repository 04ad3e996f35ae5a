import { describe, expect, it } from 'vitest';
import { encodeRequest, formsOf } from '../../../src/convert/request-forms.ts';
import type { Schema } from '../../../src/model/signature.ts';

const COLUMNS: Schema = {
  kind: 'columns',
  inputs: [
    { name: 'age', type: 'double', required: true },
    { name: 'city', type: 'string', required: true },
  ],
};
const UNNAMED: Schema = {
  kind: 'columns',
  inputs: [{ name: undefined, type: 'long', required: true }],
};
const TENSOR: Schema = {
  kind: 'tensors',
  inputs: [{ name: undefined, dtype: 'float32', shape: [-1, 2] }],
};
const NAMED_TENSORS: Schema = {
  kind: 'tensors',
  inputs: [
    { name: 'a', dtype: 'float32', shape: [-1] },
    { name: 'b', dtype: 'int64', shape: [-1, 1] },
  ],
};
const FIXED: Schema = {
  kind: 'tensors',
  inputs: [{ name: undefined, dtype: 'float32', shape: [2] }],
};

describe('encodeRequest', () => {
  const rows = [
    [1, 'Bern'],
    [Number.NaN, 'a "b", c'],
  ];

  it.each([
    {
      form: 'dataframe_split' as const,
      body: '{"dataframe_split":{"columns":["age","city"],"data":[[1.0,"Bern"],[NaN,"a \\"b\\", c"]]}}',
    },
    {
      form: 'dataframe_records' as const,
      body: '{"dataframe_records":[{"age":1.0,"city":"Bern"},{"age":NaN,"city":"a \\"b\\", c"}]}',
    },
    {
      form: 'inputs' as const,
      body: '{"inputs":{"age":[1.0,NaN],"city":["Bern","a \\"b\\", c"]}}',
    },
    {
      form: 'instances' as const,
      body: '{"instances":[{"age":1.0,"city":"Bern"},{"age":NaN,"city":"a \\"b\\", c"}]}',
    },
    { form: 'csv' as const, body: 'age,city\n1.0,Bern\n,"a ""b"", c"\n' },
  ])('writes named columns as $form', ({ form, body }) => {
    expect(encodeRequest(COLUMNS, form, rows).body).toBe(body);
  });

  it.each([
    {
      name: 'columns without names',
      schema: UNNAMED,
      rows: [[1n], [2n]],
      body: '{"inputs":[[1],[2]]}',
    },
    {
      name: 'one tensor',
      schema: TENSOR,
      rows: [[[1, 2]], [[3, 4]]],
      body: '{"inputs":[[1.0,2.0],[3.0,4.0]]}',
    },
    {
      name: 'tensors by name',
      schema: NAMED_TENSORS,
      rows: [
        [1, [2n]],
        [3, [4n]],
      ],
      body: '{"inputs":{"a":[1.0,3.0],"b":[[2],[4]]}}',
    },
    {
      name: 'a tensor of a fixed size',
      schema: FIXED,
      rows: [[[1, 2]]],
      body: '{"inputs":[1.0,2.0]}',
    },
  ])('writes $name as inputs', ({ schema, rows, body }) => {
    expect(encodeRequest(schema, 'inputs', rows).body).toBe(body);
  });

  it('leaves a column out', () => {
    const { body } = encodeRequest(COLUMNS, 'dataframe_split', [[undefined, 'Bern']]);

    expect(body).toBe('{"dataframe_split":{"columns":["city"],"data":[["Bern"]]}}');
  });

  it('writes no rows', () => {
    const { body } = encodeRequest(COLUMNS, 'dataframe_split', []);

    expect(body).toBe('{"dataframe_split":{"columns":["age","city"],"data":[]}}');
  });
});

describe('formsOf', () => {
  it('knows no records for columns without names, and one form for a tensor of a fixed size', () => {
    expect(formsOf(UNNAMED)).toEqual(['dataframe_split', 'inputs', 'instances', 'csv']);
    expect(formsOf(FIXED)).toEqual(['inputs']);
  });
});
