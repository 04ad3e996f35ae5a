import { describe, expect, it } from 'vitest';
import { column } from '../../../../../src/model/frame.ts';
import { ndArray } from '../../../../../src/model/nd-array.ts';
import { numericCells } from '../../../../../src/predictor/onnx/converted/numeric-cells.ts';
import {
  checkNumbers,
  checkTexts,
  compileRefusals,
} from '../../../../../src/predictor/onnx/converted/refusals.ts';
import { textCells } from '../../../../../src/predictor/onnx/converted/text-cells.ts';
import { toOriginalFrame } from '../../../../../src/predictor/onnx/converted/to-original-answer.ts';
import {
  allocateNumbers,
  writeNumbers,
} from '../../../../../src/predictor/onnx/converted/write-numbers.ts';

const parse = { objects: 'parse', texts: 'parse' } as const;
const refuse = { objects: 'refuse', texts: 'refuse' } as const;

describe('numericCells', () => {
  it('takes objects as Python’s float does: None is NaN, text is read, truth is 1', () => {
    const mixed = column('x', 'object', [null, '1e3', ' 2 ', true, 3n, 0.5, 'inf']);

    expect(numericCells(mixed, parse, 'x')).toEqual(
      Float64Array.of(Number.NaN, 1000, 2, 1, 3, 0.5, Number.POSITIVE_INFINITY),
    );
  });

  it('leaves numbers where they are', () => {
    const cells = Int32Array.of(1, 2);

    expect(numericCells(column('x', 'int32', cells), refuse, 'x')).toBe(cells);
  });

  it.each([
    ['objects', column('x', 'object', [1n]), refuse, 'gave mixed content'],
    ['text', ndArray('str', [1], ['1']), refuse, 'gave str'],
    ['bytes', ndArray('bytes', [1], [Uint8Array.of(1)]), parse, 'gave bytes'],
    ['lists in objects', column('x', 'object', [[1]]), parse, 'gave something else'],
    ['dates', column('x', 'datetime64[ns]', BigInt64Array.of(1n)), parse, 'gave datetime64[ns]'],
  ])('refuses %s', (_, cells, policy, message) => {
    expect(() => numericCells(cells, policy, 'column "x"')).toThrow(message);
  });
});

describe('writeNumbers', () => {
  it.each([
    ['float32', Float64Array.of(0.1, 1e300), Float32Array.of(0.1, Number.POSITIVE_INFINITY)],
    ['float64', BigInt64Array.of(2n ** 53n + 1n, -1n), Float64Array.of(2 ** 53, -1)],
    ['float64', Uint8Array.of(1, 0), Float64Array.of(1, 0)],
    ['int64', Float64Array.of(3, -2), BigInt64Array.of(3n, -2n)],
    ['int32', BigInt64Array.of(3n, -2n), Int32Array.of(3, -2)],
    ['bool', Float64Array.of(0, 0.5), Uint8Array.of(0, 1)],
  ] as const)('casts to %s as numpy does', (type, cells, expected) => {
    const out = allocateNumbers(type, 2);

    writeNumbers(type, cells, out, 0, 1, 'x');

    expect(out).toEqual(expected);
  });

  it('writes a column into its place in each row', () => {
    const out = allocateNumbers('float32', 6);

    writeNumbers('float32', Float64Array.of(1, 2), out, 1, 3, 'x');

    expect(out).toEqual(Float32Array.of(0, 1, 0, 0, 2, 0));
  });

  it('refuses fractions where integers are compared', () => {
    const out = allocateNumbers('int64', 1);

    expect(() => writeNumbers('int64', Float64Array.of(0.5), out, 0, 1, 'column "x"')).toThrow(
      'column "x", row 0: the model takes whole numbers',
    );
  });
});

describe('compileRefusals', () => {
  const checkOf = compileRefusals([
    { column: 'x', when: 'beyond-float32' },
    { column: 'c', when: 'unknown', values: ['a', 2] },
  ]);

  it('knows nothing of columns that are not refused anything', () => {
    expect(checkOf('y')).toBeUndefined();
    expect(compileRefusals([])('x')).toBeUndefined();
  });

  it('draws the line of float32 where numpy rounds to infinity', () => {
    const check = checkOf('x');
    const run = (cell: number) => () =>
      check && checkNumbers(check, Float64Array.of(Number.NaN, cell), 0, 1, 'x');

    expect(run(3.4028235677973362e38)).not.toThrow();
    expect(run(3.4028235677973366e38)).toThrow('x, row 1');
    expect(run(Number.POSITIVE_INFINITY)).not.toThrow();
  });

  it('lets only known numbers and texts pass', () => {
    const check = checkOf('c');
    if (check === undefined) throw new Error('nothing to check');

    expect(() => checkNumbers(check, BigInt64Array.of(2n), 0, 1, 'c')).not.toThrow();
    expect(() => checkNumbers(check, Float64Array.of(2, 3), 0, 1, 'c')).toThrow('c, row 1');
    expect(() => checkTexts(check, ['a', '-'], '-', 'c')).not.toThrow();
    expect(() => checkTexts(check, ['b'], undefined, 'c')).toThrow('c, row 0');
  });
});

describe('textCells', () => {
  it.each([
    ['None where it is not taken', [null], undefined],
    ['a number', [1n], ''],
    ['NUL', ['a\0b'], ''],
    ['half a surrogate pair', ['\ud800'], ''],
  ])('refuses %s', (_, cells, missing) => {
    expect(() => textCells(column('t', 'object', cells), { missing }, 't')).toThrow('t, row 0');
  });

  it('replaces None and NaN where they are taken', () => {
    expect(
      textCells(column('t', 'object', ['a', null, Number.NaN]), { missing: '?' }, 't'),
    ).toEqual(['a', '?', '?']);
  });
});

describe('toOriginalFrame', () => {
  it('makes one column of a list, and refuses what pandas refuses', () => {
    const list = ndArray('float32', [2], Float32Array.of(1, 2));

    expect(toOriginalFrame(list).columns).toEqual([column(0n, 'float32', list.data as never)]);
    expect(() => toOriginalFrame(ndArray('float32', [1, 1, 1], Float32Array.of(1)))).toThrow(
      '3 dimensions',
    );
  });
});
