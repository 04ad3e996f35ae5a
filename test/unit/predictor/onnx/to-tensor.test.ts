import { describe, expect, it } from 'vitest';
import { type NdArray, ndArray } from '../../../../src/model/nd-array.ts';
import type { ElementType } from '../../../../src/predictor/onnx/element-types.ts';
import { toTensor } from '../../../../src/predictor/onnx/to-tensor.ts';

const feed = (type: ElementType, array: NdArray) =>
  toTensor({ name: 'X', type, shape: [] }, array).data;

describe('toTensor', () => {
  it.each<[ElementType, NdArray]>([
    ['bool', ndArray('bool', [1], Uint8Array.of(1))],
    ['int8', ndArray('int8', [1], Int8Array.of(-1))],
    ['int16', ndArray('int16', [1], Int16Array.of(-1))],
    ['int32', ndArray('int32', [1], Int32Array.of(-1))],
    ['int64', ndArray('int64', [1], BigInt64Array.of(2n ** 62n + 1n))],
    ['uint8', ndArray('uint8', [1], Uint8Array.of(255))],
    ['uint16', ndArray('uint16', [1], Uint16Array.of(65_535))],
    ['uint32', ndArray('uint32', [1], Uint32Array.of(2 ** 32 - 1))],
    ['uint64', ndArray('uint64', [1], BigUint64Array.of(2n ** 64n - 1n))],
    ['float32', ndArray('float32', [1], Float32Array.of(0.1))],
    ['float64', ndArray('float64', [1], Float64Array.of(0.1))],
  ])('passes %s on without a copy', (type, array) => {
    expect(feed(type, array)).toBe(array.data);
  });

  it('passes float16 on as the halves it holds', () => {
    const data = feed('float16', ndArray('float16', [2], Float16Array.of(1, -2)));

    expect(data).toEqual(Uint16Array.of(0x3c00, 0xc000));
  });

  it('casts float64 for a float input, and nothing else', () => {
    expect(feed('float32', ndArray('float64', [1], Float64Array.of(1e39)))).toEqual(
      Float32Array.of(Number.POSITIVE_INFINITY),
    );
    expect(() => feed('float64', ndArray('float32', [1], Float32Array.of(1)))).toThrow(
      'model input "X" takes tensor(double), the request gave float32',
    );
    expect(() => feed('float32', ndArray('int64', [1], BigInt64Array.of(1n)))).toThrow(
      'takes tensor(float), the request gave int64; send decimals such as 1.0',
    );
  });

  it.each([
    {
      name: 'fixed-width text up to its first NUL',
      array: ndArray('str', [1], ['a\0b']),
      text: 'a',
    },
    {
      name: 'bytes as UTF-8',
      array: ndArray('bytes', [1], [Uint8Array.of(0xc3, 0xa9)]),
      text: 'é',
    },
    { name: 'objects as str() shows them', array: ndArray('object', [1], [1n]), text: '1' },
  ])('feeds a string input $name', ({ array, text }) => {
    expect(feed('string', array)).toEqual([text]);
  });

  it.each([
    {
      name: 'half a surrogate pair',
      array: ndArray('object', [1], ['\ud800']),
      message: 'half a surrogate pair',
    },
    { name: 'NUL in an object', array: ndArray('object', [1], ['a\0']), message: 'NUL character' },
    {
      name: 'bytes that are no text',
      array: ndArray('bytes', [1], [Uint8Array.of(0xff)]),
      message: 'not UTF-8',
    },
    {
      name: 'numbers',
      array: ndArray('int64', [1], BigInt64Array.of(1n)),
      message: 'takes tensor(string)',
    },
    {
      name: 'dates',
      array: ndArray('datetime64[ns]', [1], BigInt64Array.of(1n)),
      message: 'gave datetime64[ns]',
    },
  ])('refuses $name for a string input', ({ array, message }) => {
    expect(() => feed('string', array)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(message) }),
    );
  });
});
