import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../src/model/json-value.ts';
import { schemaFromSpecs } from '../../../../src/model/parse-signature.ts';
import type { Signature } from '../../../../src/model/signature.ts';
import { enforceSchema } from '../../../../src/scoring/enforce-schema.ts';
import { parseJson } from '../../../../src/scoring/json/parse-json.ts';
import { parseBody } from '../../../../src/scoring/parse-body.ts';
import { plainValue } from '../../../../src/scoring/plain-value.ts';

const COLUMNS = ['boolean', 'integer', 'long', 'float', 'double', 'string'].flatMap((type) => [
  [{ type, name: 'a' }],
  [
    { type, name: 'b' },
    { type: 'double', name: 'a', required: false },
  ],
  [{ type }, { type: 'double' }],
]);
const TENSORS = [
  'float32',
  'float64',
  'float16',
  'int64',
  'int32',
  'uint8',
  'bool',
  'str',
  'object',
].flatMap((dtype) => [
  [{ type: 'tensor', 'tensor-spec': { dtype, shape: [-1, 2] } }],
  [{ type: 'tensor', 'tensor-spec': { dtype, shape: [-1] }, name: 'a' }],
]);
const TABLES = [
  [
    [1, 2],
    [3, 4],
  ],
  [
    [0.5, -1.5],
    [3e9, 2],
  ],
  [
    [1, null],
    [null, 2],
  ],
  [
    [null, null],
    [null, null],
  ],
  [
    ['NaN', 1],
    ['-0.0', '-0'],
  ],
  [
    ['1e300', 0],
    [1, 1],
  ],
  [
    [2 ** 31, 2 ** 40 + 5],
    [-(2 ** 31) - 1, -1],
  ],
  [
    [300, 1],
    [-1, 0],
  ],
  [
    ['9.3e18', 1],
    ['-9.2e18', 1],
  ],
];

/** Every form a table of two columns can be sent in. */
function bodies(table: readonly (readonly unknown[])[]): string[] {
  const rows = table.map((row) => `[${row.map(String)}]`);
  const records = table.map(([a, b]) => `{"a": ${a}, "b": ${b}}`);
  const list = (column: number) => `[${table.map((row) => String(row[column]))}]`;
  return [
    `{"dataframe_split": {"columns": ["b", "a"], "data": [${rows}]}}`,
    `{"dataframe_split": {"columns": ["a", "a"], "data": [${rows}]}}`,
    `{"dataframe_split": {"data": [${rows}]}}`,
    `{"dataframe_records": [${records}]}`,
    `{"inputs": [${rows}]}`,
    `{"inputs": {"a": ${list(0)}, "b": ${list(1)}}}`,
    `{"inputs": {"a": ${list(0)}, "z": ${list(1)}, "b": ${list(1)}}}`,
    `{"inputs": {"a": ${list(0)}, "b": [1]}}`,
    `{"inputs": [${records}]}`,
    `{"instances": [${rows}]}`,
    `{"instances": [${records}]}`,
    `{"instances": {"b": ${list(1)}, "a": ${list(0)}}}`,
    `{"instances": {"a": ${list(0)}, "b": [1]}}`,
  ];
}

function outcome(json: JsonValue, signature: Signature): unknown {
  try {
    const { input } = parseBody(json, signature);
    return signature.inputs ? enforceSchema(input, signature.inputs) : input;
  } catch (error) {
    const { code, errorClass } = error as { code: string; errorClass: string };
    return { code, errorClass };
  }
}

describe('packed numbers', () => {
  it.each([undefined, ...COLUMNS, ...TENSORS])('give what plain lists give for %j', (specs) => {
    const inputs = specs && schemaFromSpecs(specs);
    const signature: Signature = { inputs, params: undefined, isFromTypeHint: false };

    for (const body of TABLES.flatMap(bodies)) {
      const packed = parseJson(new TextEncoder().encode(body), { maxDepth: 100 });
      const plain = plainValue(packed) as JsonValue;

      expect(outcome(packed, signature), body).toEqual(outcome(plain, signature));
    }
  });
});
