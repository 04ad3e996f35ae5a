import { describe, expect, it } from 'vitest';
import { NAT } from '../../../../src/model/datetime.ts';
import { castStorage } from '../../../../src/scoring/array/cast-storage.ts';
import { int64ToFloat32 } from '../../../../src/scoring/array/float-integer.ts';

describe('castStorage', () => {
  it('wraps integers around', () => {
    const cells = new BigInt64Array([3_000_000_000n, -1n, 2n ** 40n + 5n]);

    expect(castStorage('int64', cells, 'int32')).toEqual(new Int32Array([-1_294_967_296, -1, 5]));
    expect(castStorage('int64', cells, 'uint8')).toEqual(new Uint8Array([0, 255, 5]));
    expect(castStorage('int64', cells, 'uint64')[1]).toBe(2n ** 64n - 1n);
  });

  it('cuts floats toward zero and turns what does not fit into the smallest integer', () => {
    const cells = new Float64Array([-1.9, 3e9, Number.NaN]);

    expect(castStorage('float64', cells, 'int32')).toEqual(
      new Int32Array([-1, -(2 ** 31), -(2 ** 31)]),
    );
    expect(castStorage('float64', cells, 'int64')).toEqual(
      new BigInt64Array([-1n, 3_000_000_000n, -(2n ** 63n)]),
    );
    expect(castStorage('float64', cells, 'int8')).toEqual(new Int8Array([-1, 0, 0]));
    expect(castStorage('float64', new Float64Array([1e19, 2e19, -1]), 'uint64')).toEqual(
      new BigUint64Array([10n ** 19n, 0n, 2n ** 64n - 1n]),
    );
  });

  it('counts NaN as true', () => {
    expect(castStorage('float64', new Float64Array([0, Number.NaN]), 'bool')).toEqual(
      new Uint8Array([0, 1]),
    );
  });

  it('prints numbers as Python does', () => {
    expect(castStorage('float64', new Float64Array([1, 1e16, Number.NaN]), 'str')).toEqual([
      '1.0',
      '1e+16',
      'nan',
    ]);
    expect(castStorage('bool', new Uint8Array([1]), 'str')).toEqual(['True']);
  });

  it('changes the unit of dates, rounding down', () => {
    const cells = new BigInt64Array([-1n, NAT]);

    expect(castStorage('datetime64[ns]', cells, 'datetime64[s]')).toEqual(
      new BigInt64Array([-1n, NAT]),
    );
    expect(castStorage('datetime64[s]', cells, 'datetime64[ms]')).toEqual(
      new BigInt64Array([-1000n, NAT]),
    );
  });

  it('names the object that does not convert', () => {
    expect(() => castStorage('object', ['1', null], 'int64')).toThrow(
      expect.objectContaining({ row: 1 }),
    );
  });
});

describe('int64ToFloat32', () => {
  it.each([
    { value: 2n ** 24n + 1n, float: 2 ** 24 },
    // By way of a double this would round up.
    { value: 2n ** 60n + 2n ** 36n + 1n, float: 2 ** 60 + 2 ** 37 },
    { value: -(2n ** 60n + 2n ** 36n), float: -(2 ** 60) },
  ])('rounds $value once', ({ value, float }) => {
    expect(int64ToFloat32(value)).toBe(float);
  });
});
