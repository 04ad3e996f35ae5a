import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dtype } from '../../../../src/model/dtype.ts';
import { type Column, column, frame } from '../../../../src/model/frame.ts';
import { frameToArray } from '../../../../src/model/frame-to-array.ts';
import { frameToFloats } from '../../../../src/predictor/onnx/frame-to-floats.ts';

const typed = <T>(dtype: Dtype, cell: fc.Arbitrary<T>, build: (cells: T[]) => unknown) =>
  fc
    .array(cell, { minLength: 3, maxLength: 3 })
    .map((cells): Column => column(dtype, dtype, build(cells) as never));

const anyColumn = fc.oneof(
  typed('float64', fc.double(), (cells) => Float64Array.from(cells)),
  typed('float32', fc.float(), (cells) => Float32Array.from(cells)),
  typed('int8', fc.integer(), (cells) => Int8Array.from(cells)),
  typed('int32', fc.integer(), (cells) => Int32Array.from(cells)),
  typed('uint16', fc.integer(), (cells) => Uint16Array.from(cells)),
  typed('int64', fc.bigInt(), (cells) => BigInt64Array.from(cells)),
  typed('uint64', fc.bigInt(), (cells) => BigUint64Array.from(cells)),
  typed('bool', fc.boolean(), (cells) => Uint8Array.from(cells, Number)),
  typed('object', fc.string(), (cells) => cells),
);

describe('frameToFloats', () => {
  it('gives what casting the common array to float32 gives', () => {
    fc.assert(
      fc.property(fc.array(anyColumn, { maxLength: 5 }), (columns) => {
        const table = frame(3, columns);
        const { dtype, data } = frameToArray(table);

        const expected =
          dtype === 'float64' || dtype === 'float32'
            ? Float32Array.from(data as Float64Array)
            : undefined;
        expect(frameToFloats(table)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('rounds int64 to float64 before float32, as C does', () => {
    const cells = [2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n, (1n << 54n) + (1n << 30n) + 1n];
    const table = frame(4, [
      column('i', 'int64', BigInt64Array.from(cells)),
      column('d', 'float64', new Float64Array(4)),
    ]);

    expect([...(frameToFloats(table) ?? [])].filter((_, i) => i % 2 === 0)).toEqual(
      cells.map((cell) => Math.fround(Number(cell))),
    );
  });
});
