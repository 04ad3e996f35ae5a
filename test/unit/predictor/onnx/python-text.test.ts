import { describe, expect, it } from 'vitest';
import { type DatetimeKind, NAT } from '../../../../src/model/datetime.ts';
import { ndArray } from '../../../../src/model/nd-array.ts';
import { pythonText } from '../../../../src/predictor/onnx/python-text.ts';

describe('pythonText', () => {
  it.each([
    { name: 'None', value: null, text: 'None' },
    { name: 'a bool', value: true, text: 'True' },
    { name: 'an int', value: 2n ** 64n, text: '18446744073709551616' },
    { name: 'a whole float', value: 1, text: '1.0' },
    { name: 'a small float', value: 0.0001, text: '0.0001' },
    { name: 'a smaller float', value: 0.00001, text: '1e-05' },
    { name: 'a large float', value: 1e15, text: '1000000000000000.0' },
    { name: 'a larger float', value: -1.5e16, text: '-1.5e+16' },
    { name: 'minus zero', value: -0, text: '-0.0' },
    { name: 'NaN', value: Number.NaN, text: 'nan' },
    { name: 'infinity', value: Number.NEGATIVE_INFINITY, text: '-inf' },
    { name: 'text', value: "it's", text: "it's" },
    { name: 'bytes', value: Uint8Array.of(97, 0, 255, 39), text: 'b"a\\x00\\xff\'"' },
    { name: 'a list', value: [1n, 'a', null, 'é\n\u200b'], text: "[1, 'a', None, 'é\\n\\u200b']" },
    { name: 'a dict', value: new Map([["q'", [0.5]]]), text: '{"q\'": [0.5]}' },
    { name: 'both quotes', value: ['\'"'], text: "['\\'\"']" },
    { name: 'an array without dimensions', value: ndArray('object', [], ['x']), text: 'x' },
  ])('writes $name as Python does', ({ value, text }) => {
    expect(pythonText(value)).toBe(text);
  });

  it.each<{ name: string; kind: DatetimeKind; ns: bigint; offsetMinutes?: number; text: string }>([
    { name: 'a timestamp', kind: 'timestamp', ns: 0n, text: '1970-01-01 00:00:00' },
    { name: 'nanoseconds', kind: 'timestamp', ns: -1n, text: '1969-12-31 23:59:59.999999999' },
    { name: 'microseconds', kind: 'datetime', ns: 1_000n, text: '1970-01-01 00:00:00.000001' },
    {
      name: 'a zone',
      kind: 'timestamp',
      ns: 0n,
      offsetMinutes: -90,
      text: '1969-12-31 22:30:00-01:30',
    },
    { name: 'a date', kind: 'date', ns: 86_400_000_000_000n, text: '1970-01-02' },
    { name: 'a time', kind: 'time', ns: 3_661_000_000_000n, text: '01:01:01' },
    { name: 'NaT', kind: 'timestamp', ns: NAT, text: 'NaT' },
  ])('writes $name as Python does', ({ text, name: _, ...value }) => {
    expect(pythonText(value)).toBe(text);
  });

  it.each([
    { name: 'an array', value: ndArray('int8', [1], Int8Array.of(1)) },
    { name: 'a date inside a list', value: [{ kind: 'date' as const, ns: 0n }] },
  ])('refuses $name', ({ name, value }) => {
    expect(() => pythonText(value)).toThrow(`${name} cannot be fed to a text input`);
  });

  it('refuses nesting that would exhaust the stack', () => {
    let value: unknown[] = [];
    for (let depth = 0; depth < 10_000; depth++) value = [value];

    expect(() => pythonText(value as never)).toThrow('nested too deeply');
  });
});
