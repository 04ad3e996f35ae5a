import { describe, expect, it } from 'vitest';
import {
  paramsFromSpecs,
  parseSignature,
  schemaFromSpecs,
} from '../../../src/model/parse-signature.ts';

const column = (type: string, name?: string) => ({ type, ...(name === undefined ? {} : { name }) });
const tensor = (dtype: unknown, shape: unknown, name?: string) => ({
  type: 'tensor',
  'tensor-spec': { dtype, shape },
  ...(name === undefined ? {} : { name }),
});

describe('parseSignature', () => {
  it('reads columns, params and the type hint flag', () => {
    const signature = parseSignature(
      {
        inputs: '[{"type": "long", "name": "a", "required": false}]',
        outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1]}}]',
        params: '[{"name": "t", "type": "double", "default": 1, "shape": null}]',
      },
      { isFromTypeHint: true },
    );

    expect(signature).toEqual({
      inputs: { kind: 'columns', inputs: [{ type: 'long', name: 'a', required: false }] },
      params: [{ name: 't', type: 'double', default: 1n, shape: null }],
      isFromTypeHint: true,
    });
  });

  it('has neither inputs nor params for null texts', () => {
    const signature = parseSignature({ inputs: null, params: null });

    expect(signature).toEqual({ inputs: undefined, params: undefined, isFromTypeHint: false });
  });

  it.each([
    { name: 'no JSON', inputs: '[{', problem: 'signature.inputs of the MLmodel is not valid JSON' },
    { name: 'no list', inputs: '{}', problem: 'is not a list of specs' },
  ])('refuses $name', ({ inputs, problem }) => {
    expect(() => parseSignature({ inputs })).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(problem),
      }),
    );
  });

  it("understands Python's NaN and Infinity in defaults, but not inside text", () => {
    const signature = parseSignature({
      params:
        '[{"name": "NaN", "type": "double", "default": NaN}, {"name": "i", "type": "float", "default": -Infinity}]',
    });

    expect(signature.params?.map((param) => [param.name, param.default])).toEqual([
      ['NaN', Number.NaN],
      ['i', -Infinity],
    ]);
  });
});

describe('schemaFromSpecs', () => {
  it.each([
    { name: 'scalar columns', spec: column('long', 'a'), required: true },
    { name: 'nested columns', spec: { type: 'any', name: 'a' }, required: false },
    {
      name: 'columns marked optional',
      spec: { ...column('long', 'a'), optional: true },
      required: false,
    },
  ])('takes $name for required: $required', ({ spec, required }) => {
    const schema = schemaFromSpecs([spec]);

    expect(schema.inputs[0]).toMatchObject({ name: 'a', required });
  });

  it.each([
    ['float32', 'float32'],
    ['<f4', 'float32'],
    ['double', 'float64'],
    ['U', 'str'],
    ['datetime64[ns]', 'datetime64[ns]'],
  ])('names dtype %s %s', (written, dtype) => {
    const schema = schemaFromSpecs([tensor(written, [-1, 2])]);

    expect(schema).toEqual({
      kind: 'tensors',
      inputs: [{ dtype, shape: [-1, 2], name: undefined }],
    });
  });

  it.each([
    { name: 'nothing', specs: [], problem: 'declares no inputs' },
    { name: 'a spec that is no object', specs: [1], problem: 'input 0 is not an object' },
    { name: 'an unknown type', specs: [column('int')], problem: 'unknown type "int"' },
    { name: 'a column without a type', specs: [{ name: 'a' }], problem: 'column "a" has no type' },
    { name: 'an array without items', specs: [{ type: 'array', name: 'a' }], problem: 'no items' },
    {
      name: 'columns beside tensors',
      specs: [column('long', 'a'), tensor('bool', [-1], 'b')],
      problem: 'mixes columns and tensors',
    },
    {
      name: 'named beside unnamed',
      specs: [column('long', 'a'), column('long')],
      problem: 'mixes named and unnamed',
    },
    {
      name: 'an optional unnamed column',
      specs: [{ type: 'long', required: false }],
      problem: 'needs a name',
    },
    {
      name: 'several unnamed tensors',
      specs: [tensor('bool', [-1]), tensor('bool', [-1])],
      problem: 'need names',
    },
    { name: 'text of a fixed width', specs: [tensor('<U5', [-1])], problem: 'no dtype' },
    { name: 'a shape of text', specs: [tensor('bool', ['a'])], problem: 'not a list of integers' },
    {
      name: 'no tensor-spec',
      specs: [{ type: 'tensor' }],
      problem: 'tensor-spec of tensor 0 is not an object',
    },
    { name: 'a name that is no text', specs: [{ type: 'long', name: 1 }], problem: 'is not text' },
  ])('refuses $name', ({ specs, problem }) => {
    expect(() => schemaFromSpecs(specs)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(problem),
      }),
    );
  });
});

describe('paramsFromSpecs', () => {
  it('keeps ints and floats apart by the declared type', () => {
    const params = paramsFromSpecs([
      { name: 'i', type: 'integer', default: 1, shape: null },
      { name: 'd', dtype: 'double', default: [1], shape: [-1] },
      { name: 'o', type: 'object', default: { x: [1] }, properties: { x: { type: 'any' } } },
    ]);

    expect(params).toEqual([
      { name: 'i', type: 'integer', default: 1n, shape: null },
      { name: 'd', type: 'double', default: [1], shape: [-1] },
      {
        name: 'o',
        type: 'object',
        default: new Map([['x', [1n]]]),
        shape: null,
        properties: new Map([['x', new Map([['type', 'any']])]]),
      },
    ]);
  });

  it.each([
    {
      name: 'a param without a default',
      spec: { name: 'a', type: 'long' },
      problem: 'needs a name',
    },
    { name: 'binary', spec: { name: 'a', type: 'binary', default: 'x' }, problem: 'cannot have' },
    {
      name: 'a float for an integer',
      spec: { name: 'a', type: 'long', default: 1.5 },
      problem: 'does not fit',
    },
    {
      name: 'a scalar for a list',
      spec: { name: 'a', type: 'long', default: 1, shape: [-1] },
      problem: 'not a list',
    },
    {
      name: 'another shape',
      spec: { name: 'a', type: 'long', default: [1], shape: [2] },
      problem: 'other than null and [-1]',
    },
    {
      name: 'an unreadable date',
      spec: { name: 'a', type: 'datetime', default: 'soon' },
      problem: 'ISO 8601',
    },
  ])('refuses $name', ({ spec, problem }) => {
    expect(() => paramsFromSpecs([spec])).toThrow(problem);
  });

  it('refuses a name that is there twice', () => {
    const spec = { name: 'a', type: 'long', default: null };

    expect(() => paramsFromSpecs([spec, spec])).toThrow('declares param "a" twice');
  });
});
