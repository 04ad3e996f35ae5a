import { describe, expect, it } from 'vitest';
import type {
  JsonObject,
  JsonValue,
  PackedNumbers,
  PackedRecords,
} from '../../../../src/model/json-value.ts';
import { isPackedNumbers, isPackedRecords } from '../../../../src/model/json-value.ts';
import { parseJson, parseJsonText } from '../../../../src/scoring/json/parse-json.ts';

const MAX_DEPTH = 100;

const parse = (text: string | Uint8Array): JsonValue =>
  parseJson(typeof text === 'string' ? Buffer.from(text) : text, { maxDepth: MAX_DEPTH });

const object = (text: string | Uint8Array) => Object.fromEntries(parse(text) as never);

function packed(text: string): PackedNumbers {
  const value = parse(text);
  if (!isPackedNumbers(value)) throw new Error('not packed');
  return value;
}

function records(text: string): PackedRecords {
  const value = parse(text);
  if (!isPackedRecords(value)) throw new Error('not packed');
  return value;
}

const INT = 1;
const FLOAT = 2;
const NULL = 4;

describe('parseJson', () => {
  it.each([
    { name: 'an int', text: '1', value: 1n },
    { name: 'a float', text: '1.0', value: 1 },
    { name: 'a float by its exponent', text: '1e0', value: 1 },
    { name: 'a negative int', text: '-12', value: -12n },
    { name: 'an int without a negative zero', text: '-0', value: 0n },
    { name: 'a negative zero', text: '-0.0', value: -0 },
    {
      name: 'a long int',
      text: '123456789012345678901234567890',
      value: 123456789012345678901234567890n,
    },
    {
      name: 'the first int beyond the exact doubles',
      text: '9007199254740993',
      value: 9007199254740993n,
    },
    { name: 'infinity by overflow', text: '1e400', value: Number.POSITIVE_INFINITY },
    { name: 'zero by underflow', text: '1e-400', value: 0 },
    { name: 'NaN', text: 'NaN', value: Number.NaN },
    { name: 'Infinity', text: 'Infinity', value: Number.POSITIVE_INFINITY },
    { name: '-Infinity', text: '-Infinity', value: Number.NEGATIVE_INFINITY },
    { name: 'true', text: ' true ', value: true },
    { name: 'false', text: 'false', value: false },
    { name: 'null', text: '\r\n\tnull', value: null },
    { name: 'text', text: '"a/b"', value: 'a/b' },
    { name: 'every short escape', text: '"\\"\\\\\\/\\b\\f\\n\\r\\t"', value: '"\\/\b\f\n\r\t' },
    { name: 'a pair of surrogate escapes', text: '"\\ud83D\\uDE00"', value: '😀' },
    { name: 'a lone surrogate escape', text: '"\\ud800x"', value: '\ud800x' },
    { name: 'text beyond ASCII', text: '"Zürich 日本 😀"', value: 'Zürich 日本 😀' },
    { name: 'a replacement character of the sender', text: '"\ufffd"', value: '\ufffd' },
    { name: 'DEL', text: '"\x7f"', value: '\x7f' },
    { name: 'an empty list', text: '[]', value: [] },
    {
      name: 'a list of everything',
      text: '["a",1,2.5,null,true,[],{}]',
      value: ['a', 1n, 2.5, null, true, [], new Map()],
    },
    {
      name: 'an object',
      text: '{"a":1,"b":"x"}',
      value: new Map<string, JsonValue>([
        ['a', 1n],
        ['b', 'x'],
      ]),
    },
    { name: 'a dangerous key', text: '{"__proto__":"x"}', value: new Map([['__proto__', 'x']]) },
  ])('reads $name', ({ text, value }) => {
    expect(parse(text)).toEqual(value);
    expect(parseJsonText(text, { maxDepth: MAX_DEPTH })).toEqual(value);
  });

  it('keeps the last of equal keys at the place of the first', () => {
    const value = parse('{"a":"1","b":"2","\\u0061":"3"}') as Map<string, JsonValue>;

    expect([...value]).toEqual([
      ['a', '3'],
      ['b', '2'],
    ]);
  });

  it.each([
    '',
    ' ',
    '{',
    '[',
    '"',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a" 1}',
    '{1:2}',
    '01',
    '-01',
    '00',
    '1.',
    '.5',
    '+1',
    '-',
    '--1',
    '1e',
    '1e+',
    '1.e5',
    '0x1',
    '1_0',
    'nan',
    'inf',
    '-NaN',
    'Infinit',
    'tru',
    'True',
    'nul',
    'None',
    '1 2',
    '[1]x',
    '[1] // c',
    '"\\x41"',
    '"\\u12"',
    '"\\u12g4"',
    '"\\',
    '"\n"',
    '"\x00"',
    '[1\v,2]',
    '\u00a01',
    '[[1,2],[3 4]]',
    '[{"a":1},{"a":}]',
  ])('refuses %j with the place of the error', (text) => {
    expect(() => parse(text)).toThrow(
      /^the request body is not valid JSON: expected .+ at byte \d+$/,
    );
  });

  it.each([
    { name: 'a stray continuation byte', bytes: [0x22, 0x80, 0x22] },
    { name: 'an overlong slash', bytes: [0x22, 0xc0, 0xaf, 0x22] },
    { name: 'a sequence cut short by the quote', bytes: [0x22, 0xe2, 0x82, 0x22] },
    { name: 'a character beyond Unicode', bytes: [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22] },
    { name: 'Latin-1', bytes: [0x22, 0xfc, 0x22] },
  ])('refuses $name as 400', ({ bytes }) => {
    expect(() => parse(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining('UTF-8') }),
    );
  });

  it('lets encoded surrogates through, as Python does', () => {
    expect(parse(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))).toBe('\ud800');
  });

  it.each([
    { name: 'UTF-8 with a byte order mark', bytes: Buffer.from('\ufeff{"é":"x"}') },
    { name: 'UTF-16LE', bytes: Buffer.from('{"é":"x"}', 'utf16le') },
    { name: 'UTF-16LE with a byte order mark', bytes: Buffer.from('\ufeff{"é":"x"}', 'utf16le') },
    { name: 'UTF-16BE', bytes: Buffer.from('{"é":"x"}', 'utf16le').swap16() },
    {
      name: 'UTF-16BE with a byte order mark',
      bytes: Buffer.from('\ufeff{"é":"x"}', 'utf16le').swap16(),
    },
    { name: 'UTF-32LE', bytes: utf32('{"é":"x"}') },
    { name: 'UTF-32LE with a byte order mark', bytes: utf32('\ufeff{"é":"x"}') },
    { name: 'UTF-32BE', bytes: utf32('{"é":"x"}').swap32() },
    { name: 'UTF-32BE with a byte order mark', bytes: utf32('\ufeff{"é":"x"}').swap32() },
  ])('reads $name', ({ bytes }) => {
    expect(object(bytes)).toEqual({ é: 'x' });
  });

  it('keeps characters beyond 16 bits and lone surrogates of UTF-16', () => {
    const bytes = Buffer.from('"😀\ud800"', 'utf16le');

    expect(parse(bytes)).toBe('😀\ud800');
  });

  it.each([
    { name: 'UTF-16', bytes: Buffer.from([0xff, 0xfe, 0x31]) },
    { name: 'UTF-32', bytes: Buffer.from([0x31, 0, 0, 0, 0x31]) },
  ])('refuses half a unit of $name', ({ bytes }) => {
    expect(() => parse(bytes)).toThrow('not valid JSON');
  });

  it('refuses integers of more than 4300 digits, as Python does', () => {
    expect(parse('9'.repeat(4300))).toBe(10n ** 4300n - 1n);
    expect(() => parse(`-${'9'.repeat(4301)}`)).toThrow('more than 4300 digits, at byte 0');
  });

  it('allows as many levels as it is told to', () => {
    expect(parseJson(Buffer.from('[{"a":[]}]'), { maxDepth: 3 })).toEqual([new Map([['a', []]])]);
    expect(() => parseJson(Buffer.from('[{"a":[]}]'), { maxDepth: 2 })).toThrow(
      'the request body is nested too deeply: more than 2 levels of lists and objects at byte 6',
    );
    expect(() => parseJson(Buffer.from('[[[1]]]'), { maxDepth: 2 })).toThrow('too deeply');
    expect(() => parseJson(Buffer.from('[{"a":1}]'), { maxDepth: 1 })).toThrow('too deeply');
  });

  it('never overflows the stack', () => {
    const levels = 100_000;
    const text = Buffer.from(`${'[{"a":'.repeat(levels)}1${'}]'.repeat(levels)}`);

    expect(() => parseJson(text, { maxDepth: 100 })).toThrow('too deeply');
    expect(parseJson(text, { maxDepth: 2 * levels })).toHaveLength(1);
  });

  it('never quotes the body', () => {
    for (const text of ['{"secret":secret}', '["secret" secret]', '"secret\n"', 'secret']) {
      expect(() => parse(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('secret') }),
      );
    }
  });
});

describe('parseJson, lists of numbers', () => {
  it.each([
    { name: 'a list', text: '[1,2,3]', shape: [3], values: [1, 2, 3], kinds: [INT] },
    { name: 'one number', text: '[ 1.5 ]', shape: [1], values: [1.5], kinds: [FLOAT] },
    {
      name: 'a row',
      text: '[[1,2.5,-0.0]]',
      shape: [1, 3],
      values: [1, 2.5, -0],
      kinds: [INT, FLOAT, FLOAT],
    },
    {
      name: 'a table',
      text: '[[1,null],\n[2.0,NaN],[-3,4]]',
      shape: [3, 2],
      values: [1, Number.NaN, 2, Number.NaN, -3, 4],
      kinds: [INT | FLOAT, NULL | FLOAT | INT],
    },
    {
      name: 'a cube',
      text: '[[[1],[2]],[[3],[4]]]',
      shape: [2, 2, 1],
      values: [1, 2, 3, 4],
      kinds: [INT],
    },
    {
      name: 'the largest ints',
      text: '[9007199254740991,-9007199254740991]',
      shape: [2],
      values: [9007199254740991, -9007199254740991],
      kinds: [INT],
    },
    { name: 'an int zero with a sign', text: '[-0]', shape: [1], values: [0], kinds: [INT] },
    {
      name: 'infinities',
      text: '[Infinity,-Infinity]',
      shape: [2],
      values: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      kinds: [FLOAT],
    },
    {
      name: 'exponents',
      text: '[1e-05,1.5E+3,2e2]',
      shape: [3],
      values: [1e-5, 1500, 200],
      kinds: [FLOAT],
    },
    {
      name: "Python's own spacing",
      text: '[[1, 2], [3, 4]]',
      shape: [2, 2],
      values: [1, 2, 3, 4],
      kinds: [INT, INT],
    },
  ])('packs $name', ({ text, shape, values, kinds }) => {
    const list = packed(text);

    expect(list.shape).toEqual(shape);
    expect([...list.values]).toEqual(values);
    expect([...list.kinds]).toEqual(kinds);
  });

  it.each([
    { name: 'lists of unequal length', text: '[[1,2],[3]]', tree: [[1n, 2n], [3n]] },
    { name: 'lists of unequal depth', text: '[[1],[[2]]]', tree: [[1n], [[2n]]] },
    { name: 'a number beside a list', text: '[[1],2]', tree: [[1n], 2n] },
    {
      name: 'text among numbers',
      text: '[[1,"a"],[2,"b"]]',
      tree: [
        [1n, 'a'],
        [2n, 'b'],
      ],
    },
    { name: 'true among numbers', text: '[1,true]', tree: [1n, true] },
    {
      name: 'an int that is no exact double',
      text: '[1,9007199254740992]',
      tree: [1n, 9007199254740992n],
    },
    { name: 'empty lists', text: '[[],[]]', tree: [[], []] },
    { name: 'an empty list after others', text: '[[1],[]]', tree: [[1n], []] },
  ])('reads $name as a tree', ({ text, tree }) => {
    expect(parse(text)).toEqual(tree);
  });

  it('unpacks to exactly what was written', () => {
    expect(packed('[[1,1.0],[null,-0.0]]').unpack()).toEqual([
      [1n, 1],
      [null, -0],
    ]);
    expect(packed('[-0]').unpack()).toEqual([0n]);
  });

  it('unpacks after other bodies were read, and bodies given as text or in UTF-16', () => {
    const lists = [
      parse('{"é":[1,2.0]}'),
      parseJsonText('{"é":[1,2.0]}', { maxDepth: 9 }),
      parse(Buffer.from('{"é":[1,2.0]}', 'utf16le')),
    ].map((value) => (value as Map<string, PackedNumbers>).get('é'));
    parse('[7,8,9,10,11,12]');

    for (const list of lists) expect(list?.unpack()).toEqual([1n, 2]);
  });

  it('packs long lists in the middle of others, and keeps short ones plain', () => {
    const long = `[${'0.5,'.repeat(15)}1]`;
    const value = parse(`[["id",${long}],["id",[1]]]`) as JsonValue[][];

    expect(value[0]?.[1]).toMatchObject({ kind: 'packed-numbers', shape: [16] });
    expect(value[1]?.[1]).toEqual([1n]);
  });

  it('grows with the list and the row', () => {
    const rows = 3000;
    const width = 200;
    const row = `[${Array.from({ length: width }, (_, i) => (i % 2 === 0 ? i : `${i}.5`)).join(',')}]`;
    const list = packed(`[${new Array(rows).fill(row).join(',')}]`);

    expect(list.shape).toEqual([rows, width]);
    expect(list.values).toHaveLength(rows * width);
    expect(list.values.subarray(-2)).toEqual(Float64Array.of(198, 199.5));
    expect([...list.kinds.subarray(0, 2)]).toEqual([INT, FLOAT]);
  });

  it('keeps lists of one body and of several apart', () => {
    const first = parse('{"a":[1,2],"b":[3.5],"c":["x"],"d":[[4],[5]]}') as Map<
      string,
      PackedNumbers
    >;
    const second = packed('[6]');

    expect([
      ...first.get('a')!.values,
      ...first.get('b')!.values,
      ...first.get('d')!.values,
      ...second.values,
    ]).toEqual([1, 2, 3.5, 4, 5, 6]);
    expect([...first.get('d')!.kinds]).toEqual([INT]);
  });
});

describe('parseJson, lists of records', () => {
  it.each([64, 65, 200])('knows integers and floats apart in records of %d keys', (count) => {
    const record = (offset: number) =>
      `{${Array.from({ length: count }, (_, i) => `"k${i}": ${i % 2 ? i : i + offset}`).join()}}`;
    const value = records(`[${record(0)}, ${record(0.5)}]`);

    expect(value.table.shape).toEqual([2, count]);
    expect([...value.table.kinds]).toEqual(
      Array.from({ length: count }, (_, i) => (i % 2 ? INT : INT | FLOAT)),
    );
  });

  it('packs objects of numbers with the same keys', () => {
    const value = records('[{"a":1,"b":2.5}, {"a":null, "b" : 3}]');

    expect(value.keys).toEqual(['a', 'b']);
    expect(value.table.shape).toEqual([2, 2]);
    expect([...value.table.values]).toEqual([1, 2.5, Number.NaN, 3]);
    expect([...value.table.kinds]).toEqual([INT | NULL, FLOAT | INT]);
    expect((value.unpack() as JsonObject[]).map((record) => [...record])).toEqual([
      [
        ['a', 1n],
        ['b', 2.5],
      ],
      [
        ['a', null],
        ['b', 3n],
      ],
    ]);
    expect(value.table.unpack()).toEqual([
      [1n, 2.5],
      [null, 3n],
    ]);
  });

  it.each([
    { name: 'text', text: '[{"a":1},{"a":"x"}]' },
    { name: 'another key', text: '[{"a":1},{"b":1}]' },
    { name: 'a longer key', text: '[{"a":1},{"ab":1}]' },
    { name: 'another order', text: '[{"a":1,"b":2},{"b":1,"a":2}]' },
    { name: 'a missing key', text: '[{"a":1,"b":2},{"a":1}]' },
    { name: 'one key more', text: '[{"a":1},{"a":1,"b":2}]' },
    { name: 'the same key twice', text: '[{"a":1,"a":2}]' },
    { name: 'a list as value', text: '[{"a":[1]}]' },
    { name: 'an object without keys', text: '[{}]' },
    { name: 'a number after an object', text: '[{"a":1},2]' },
  ])('reads objects as a tree when they have $name', ({ text }) => {
    expect(Array.isArray(parse(text))).toBe(true);
  });
});

function utf32(text: string): Buffer {
  const bytes = Buffer.alloc(4 * [...text].length);
  for (const [i, char] of [...text].entries()) bytes.writeUInt32LE(char.codePointAt(0)!, 4 * i);
  return bytes;
}
