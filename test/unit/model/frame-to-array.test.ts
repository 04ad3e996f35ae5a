import { describe, expect, it } from 'vitest';
import type { Dtype } from '../../../src/model/dtype.ts';
import { column, frame } from '../../../src/model/frame.ts';
import { frameToArray } from '../../../src/model/frame-to-array.ts';
import { allocate } from '../../../src/model/storage.ts';

describe('frameToArray', () => {
  it('lays columns out row by row', () => {
    const table = frame(2, [
      column('a', 'float64', new Float64Array([1, 3])),
      column('b', 'float64', new Float64Array([2, 4])),
    ]);

    const array = frameToArray(table);

    expect(array).toEqual({
      kind: 'ndarray',
      dtype: 'float64',
      shape: [2, 2],
      data: new Float64Array([1, 2, 3, 4]),
    });
  });

  it('keeps exact integers and true bools when kinds do not mix', () => {
    const table = frame(1, [
      column('a', 'bool', new Uint8Array([1])),
      column('b', 'int64', new BigInt64Array([2n ** 62n + 1n])),
    ]);

    const array = frameToArray(table);

    expect(array.dtype).toBe('object');
    expect(array.data).toEqual([true, 2n ** 62n + 1n]);
  });

  it.each<{ dtypes: Dtype[]; common: Dtype }>([
    { dtypes: [], common: 'float64' },
    { dtypes: ['bool', 'bool'], common: 'bool' },
    { dtypes: ['bool', 'float64'], common: 'object' },
    { dtypes: ['int64', 'float64'], common: 'float64' },
    { dtypes: ['int64', 'uint64'], common: 'float64' },
    { dtypes: ['int8', 'uint8'], common: 'int16' },
    { dtypes: ['uint32', 'int32'], common: 'int64' },
    { dtypes: ['float32', 'int64'], common: 'float64' },
    { dtypes: ['float32', 'int16'], common: 'float32' },
    { dtypes: ['float32', 'int32'], common: 'float64' },
    { dtypes: ['float16', 'int8'], common: 'float16' },
    { dtypes: ['float16', 'uint16'], common: 'float32' },
    { dtypes: ['object', 'int64'], common: 'object' },
    { dtypes: ['datetime64[s]', 'datetime64[ns]'], common: 'datetime64[ns]' },
    { dtypes: ['datetime64[ns]', 'float64'], common: 'object' },
  ])('finds $common for $dtypes', ({ dtypes, common }) => {
    const table = frame(
      0,
      dtypes.map((dtype, i) => column(i, dtype, allocate(dtype, 0) as never)),
    );

    const array = frameToArray(table);

    expect(array.dtype).toBe(common);
    expect(array.shape).toEqual([0, dtypes.length]);
  });
});
