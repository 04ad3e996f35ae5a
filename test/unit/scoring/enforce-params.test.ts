import { describe, expect, it } from 'vitest';
import { paramsFromSpecs } from '../../../src/model/parse-signature.ts';
import { enforceParams } from '../../../src/scoring/enforce-params.ts';
import { parseJson } from '../../../src/scoring/json/parse-json.ts';

const json = (text: string) => parseJson(new TextEncoder().encode(text), { maxDepth: 100 });

const SPECS = paramsFromSpecs([
  { name: 't', type: 'double', default: 0.5, shape: null },
  { name: 'k', type: 'integer', default: 3, shape: null },
  { name: 'stop', type: 'string', default: ['.'], shape: [-1] },
  { name: 'd', type: 'datetime', default: '2024-01-02', shape: null },
]);

const OBJECT = paramsFromSpecs([
  {
    name: 'o',
    type: 'object',
    default: { s: 'x' },
    properties: {
      s: { type: 'string' },
      d: { type: 'double', required: false },
      list: { type: 'array', items: { type: 'long' }, required: false },
      map: { type: 'map', values: { type: 'boolean' }, required: false },
    },
  },
]);

const DAY = { kind: 'date', ns: 1_704_153_600_000_000_000n };

describe('enforceParams', () => {
  it('gives an empty dict or nothing without declared params', () => {
    expect(enforceParams(undefined, undefined)).toBeNull();
    expect(enforceParams(null, undefined)).toBeNull();
    expect(enforceParams(json('[1]'), undefined)).toEqual(new Map());
  });

  it('fills in defaults in the order of the signature', () => {
    const params = enforceParams(undefined, SPECS);

    expect([...(params ?? [])]).toEqual([
      ['t', 0.5],
      ['k', 3n],
      ['stop', ['.']],
      ['d', DAY],
    ]);
  });

  it('puts sent params first, widens ints, drops unknown names', () => {
    const params = enforceParams(json('{"zzz": 1, "stop": ["a", null], "t": 1}'), SPECS);

    expect([...(params ?? [])]).toEqual([
      ['stop', ['a', null]],
      ['t', 1],
      ['k', 3n],
      ['d', DAY],
    ]);
  });

  it.each([
    {
      name: 'a float for an integer',
      params: '{"k": 2.0}',
      problem: 'param "k": expected an integer',
    },
    { name: 'a bool for an integer', params: '{"k": true}', problem: 'param "k"' },
    { name: 'text for a list', params: '{"stop": "a"}', problem: 'expected a list' },
    { name: 'lists in a list', params: '{"stop": [["a"]]}', problem: 'without lists in it' },
    {
      name: 'numbers in a list of text',
      params: '{"stop": [1, 2]}',
      problem: 'element 0: expected text',
    },
    { name: 'a list', params: '[1]', problem: 'expected an object' },
    {
      name: 'several',
      params: '{"k": "x", "t": "y"}',
      problem: 'param "t": expected a number; param "k"',
    },
  ])('refuses $name', ({ params, problem }) => {
    expect(() => enforceParams(json(params), SPECS)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        errorClass: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(problem),
      }),
    );
  });

  it('refuses a ragged list as a bad request', () => {
    expect(() => enforceParams(json('{"stop": [["a"], "b"]}'), SPECS)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' }),
    );
  });

  it('passes an object on as it is', () => {
    const params = enforceParams(
      json('{"o": {"s": "x", "d": 1, "list": [1, 2], "map": {"k": true}}}'),
      OBJECT,
    );

    expect(params?.get('o')).toEqual(
      new Map<string, unknown>([
        ['s', 'x'],
        ['d', 1n],
        ['list', [1n, 2n]],
        ['map', new Map([['k', true]])],
      ]),
    );
  });

  it.each([
    '{"s": "x"}',
    '{"s": "x", "d": null}',
    '{"s": "x", "list": [], "map": {}}',
  ])('takes the object %s', (text) => {
    expect(enforceParams(json(`{"o": ${text}}`), OBJECT)?.get('o')).toEqual(json(text));
  });

  it.each([
    { name: 'a missing property', value: '{"d": 1.5}', problem: 'property "s"' },
    { name: 'an unknown property', value: '{"s": "x", "q": 1}', problem: 'no properties beside' },
    { name: 'a number for text', value: '{"s": 1}', problem: 'of type string' },
    {
      name: 'an int other than 0 and 1 for a double',
      value: '{"s": "x", "d": 2}',
      problem: 'double',
    },
    { name: 'a float in a list of ints', value: '{"s": "x", "list": [1.5]}', problem: 'long' },
    { name: 'a list for a map', value: '{"s": "x", "map": []}', problem: 'an object' },
    { name: 'null', value: 'null', problem: 'an object' },
  ])('refuses an object with $name', ({ value, problem }) => {
    expect(() => enforceParams(json(`{"o": ${value}}`), OBJECT)).toThrow(problem);
  });
});
