import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { curlLine } from '../../../src/cli/curl-line.ts';
import type { Schema, Signature } from '../../../src/model/signature.ts';

const URL = 'http://127.0.0.1:8000';

/** What a shell makes of the line: the arguments after `curl`. */
const argumentsOf = (line: string): string[] =>
  execFileSync('sh', ['-c', line.replace(/^curl/, 'printf "%s\\0"')], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

const signatureOf = (inputs: Schema): Signature => ({
  inputs,
  params: undefined,
  isFromTypeHint: false,
});

describe('curlLine', () => {
  it('sends the model’s own example, its numbers as they are written', () => {
    const example = '{\n  "inputs": [\n    1.0,\n    "it\'s \\" a b",\n NaN ]\n}';

    expect(argumentsOf(curlLine(URL, example, undefined))).toEqual([
      `${URL}/invocations`,
      '-H',
      'Content-Type: application/json',
      '-d',
      '{"inputs":[1.0,"it\'s \\" a b",NaN]}',
    ]);
  });

  const row = Array.from({ length: 50 }, (_, i) => i + 0.5);
  const rows = Array.from({ length: 50 }, () => row);
  it.each([
    {
      name: 'dataframe_split',
      example: { dataframe_split: { columns: ['a'], index: [0], data: rows } },
      expected: { dataframe_split: { columns: ['a'], data: [row] } },
    },
    { name: 'inputs', example: { inputs: rows }, expected: { inputs: [row] } },
    {
      name: 'dataframe_records',
      example: { dataframe_records: rows.map((r) => ({ a: r })) },
      expected: { dataframe_records: [{ a: row }] },
    },
  ])('sends one row of a long example: $name', ({ example, expected }) => {
    const body = argumentsOf(curlLine(URL, JSON.stringify(example), undefined)).at(-1) as string;

    expect(JSON.parse(body)).toEqual(expected);
  });

  it.each<{ name: string; schema: Schema; expected: string }>([
    {
      name: 'named columns',
      schema: {
        kind: 'columns',
        inputs: [
          { type: 'double', name: "it's", required: true },
          { type: 'string', name: 'b', required: false },
        ],
      },
      expected: '{"dataframe_split":{"columns":["it\'s","b"],"data":[[1.0,"text"]]}}',
    },
    {
      name: 'unnamed columns',
      schema: { kind: 'columns', inputs: [{ type: 'long', name: undefined, required: true }] },
      expected: '{"dataframe_split":{"data":[[1]]}}',
    },
    {
      name: 'one tensor',
      schema: {
        kind: 'tensors',
        inputs: [{ dtype: 'float32', shape: [-1, 2, 2], name: undefined }],
      },
      expected: '{"inputs":[[[0.0,0.0],[0.0,0.0]]]}',
    },
    {
      name: 'named tensors',
      schema: {
        kind: 'tensors',
        inputs: [
          { dtype: 'int64', shape: [-1], name: 'x' },
          { dtype: 'bool', shape: [], name: 'y' },
        ],
      },
      expected: '{"inputs":{"x":[0],"y":false}}',
    },
  ])('makes a row from the signature: $name', ({ schema, expected }) => {
    expect(argumentsOf(curlLine(URL, undefined, signatureOf(schema))).at(-1)).toBe(expected);
  });

  it('asks for the model’s health when no row can be made', () => {
    const image: Schema = {
      kind: 'tensors',
      inputs: [{ dtype: 'float32', shape: [-1, 3, 224, 224], name: undefined }],
    };

    expect(curlLine(URL, undefined, signatureOf(image))).toBe(`curl -i ${URL}/ping`);
    expect(curlLine(URL, undefined, undefined)).toBe(`curl -i ${URL}/ping`);
  });
});
