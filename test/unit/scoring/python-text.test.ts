import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/scoring/json/parse-json.ts';
import {
  jsonString,
  pythonFloat,
  pythonRepr,
  pythonStr,
} from '../../../src/scoring/python-text.ts';

describe('pythonFloat', () => {
  it.each([
    [1, '1.0'],
    [-0, '-0.0'],
    [0, '0.0'],
    [0.1, '0.1'],
    [Math.fround(0.1), '0.10000000149011612'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [-1.5e-7, '-1.5e-07'],
    [5e-324, '5e-324'],
    [1e15, '1000000000000000.0'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e21, '1e+21'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('writes %d as %s', (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });
});

describe('jsonString', () => {
  it.each([
    ['plain text/', '"plain text/"'],
    ['"\\\b\f\n\r\t', '"\\"\\\\\\b\\f\\n\\r\\t"'],
    ['\0\x1f\x7f', '"\\u0000\\u001f\\u007f"'],
    ['é\u2028', '"\\u00e9\\u2028"'],
    ['😀', '"\\ud83d\\ude00"'],
    ['\ud800', '"\\ud800"'],
  ])('writes %j in ASCII', (text, json) => {
    expect(jsonString(text)).toBe(json);
  });
});

describe('pythonStr', () => {
  it.each([
    { name: 'text', value: "it's", text: "it's" },
    { name: 'None', value: null, text: 'None' },
    { name: 'True', value: true, text: 'True' },
    { name: 'an int', value: 12345678901234567890n, text: '12345678901234567890' },
    { name: 'a float', value: 1, text: '1.0' },
    { name: 'nan', value: Number.NaN, text: 'nan' },
    { name: 'inf', value: Number.POSITIVE_INFINITY, text: 'inf' },
    { name: '-inf', value: Number.NEGATIVE_INFINITY, text: '-inf' },
    { name: 'bytes', value: Uint8Array.of(0, 9, 39, 65, 92, 255), text: 'b"\\x00\\t\'A\\\\\\xff"' },
    { name: 'a list', value: [1n, 'a', [null]], text: "[1, 'a', [None]]" },
    { name: 'a dict', value: new Map([['a', [true]]]), text: "{'a': [True]}" },
    {
      name: 'a Timestamp',
      value: { kind: 'timestamp', ns: 1_577_836_800_000_000_001n, offsetMinutes: -210 } as const,
      text: '2019-12-31 20:30:00.000000001-03:30',
    },
    { name: 'a date', value: { kind: 'date', ns: 0n } as const, text: '1970-01-01' },
  ])('writes $name', ({ value, text }) => {
    expect(pythonStr(value)).toBe(text);
  });

  it('writes a packed list as the list that it stands for', () => {
    const value = parseJson(Buffer.from('{"a":[[1,2.0],[null,3]]}'), { maxDepth: 9 });

    expect(pythonStr(value)).toBe("{'a': [[1, 2.0], [None, 3]]}");
  });
});

describe('pythonRepr', () => {
  it.each([
    ['a', "'a'"],
    ["it's", '"it\'s"'],
    ['\'"', "'\\'\"'"],
    ['\\\n\r\t\0\x7f', "'\\\\\\n\\r\\t\\x00\\x7f'"],
    ['é \xa0\xad', "'é \\xa0\\xad'"],
    ['日\u200b\u2028', "'日\\u200b\\u2028'"],
    ['😀\u{e0001}\ud800', "'😀\\U000e0001\\ud800'"],
  ])('quotes %j', (text, repr) => {
    expect(pythonRepr(text)).toBe(repr);
  });
});
