import { describe, expect, it } from 'vitest';
import { NAT } from '../../../src/model/datetime.ts';
import { ndArray } from '../../../src/model/nd-array.ts';
import { pythonRepr, pythonStr } from '../../../src/model/python-text.ts';
import { parseJson } from '../../../src/scoring/json/parse-json.ts';

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
    { name: 'a time', value: { kind: 'time', ns: 3_661_000_000_000n } as const, text: '01:01:01' },
    { name: 'NaT', value: { kind: 'timestamp', ns: NAT } as const, text: 'NaT' },
    { name: 'an array without dimensions', value: ndArray('object', [], ['x']), text: 'x' },
  ])('writes $name', ({ value, text }) => {
    expect(pythonStr(value)).toBe(text);
  });

  it('writes a packed list as the list that it stands for', () => {
    const value = parseJson(Buffer.from('{"a":[[1,2.0],[null,3]]}'), { maxDepth: 9 });

    expect(pythonStr(value)).toBe("{'a': [[1, 2.0], [None, 3]]}");
  });

  it.each([
    { name: 'an array of float64', value: ndArray('float64', [1], Float64Array.of(1)) },
    { name: 'an array', value: [ndArray('int8', [1], Int8Array.of(1))] },
    { name: 'a date inside a list', value: [{ kind: 'date' as const, ns: 0n }] },
  ])("refuses $name, whose text is not Python's own", ({ name, value }) => {
    expect(() => pythonStr(value)).toThrow(`${name} cannot become text`);
  });

  it('refuses nesting that would exhaust the stack', () => {
    let value: unknown[] = [];
    for (let depth = 0; depth < 10_000; depth++) value = [value];

    expect(() => pythonStr(value as never)).toThrow('nested too deeply');
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
