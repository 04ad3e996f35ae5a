import { describe, expect, it } from 'vitest';
import { generateRows } from '../../../src/convert/generate-rows.ts';
import { createRandom } from '../../../src/convert/random.ts';
import type { ColSpec, Schema } from '../../../src/model/signature.ts';

const columns = (...types: ColSpec['type'][]): Schema => ({
  kind: 'columns',
  inputs: types.map((type, index) => ({ name: `c${index}`, type, required: true })),
});
const generate = (
  schema: Schema,
  knowledge = [] as Parameters<typeof generateRows>[0]['knowledge'],
) => generateRows({ schema, knowledge, random: createRandom(7) });

describe('generateRows', () => {
  it('makes a thousand rows with a cell for each column', () => {
    const { ordinary } = generate(
      columns('double', 'float', 'long', 'integer', 'boolean', 'string', 'datetime'),
    );

    expect(ordinary).toHaveLength(1000);
    expect(ordinary[0]?.map((cell) => typeof cell)).toEqual([
      ...['number', 'number', 'bigint', 'bigint', 'boolean', 'string', 'string'],
    ]);
  });

  it('makes the same rows for the same seed', () => {
    const schema = columns('double', 'string');

    expect(generate(schema)).toEqual(generate(schema));
  });

  it('takes categories that the model knows for ordinary texts, and others for edges', () => {
    const { ordinary, edges } = generate(columns('string'), [{ seen: [], known: ['red', 'blue'] }]);

    expect(new Set(ordinary.flat())).toEqual(new Set(['red', 'blue']));
    expect(edges.flat()).toContain('never seen before');
  });

  it('keeps to the range of whole numbers, and goes beyond it at the edges', () => {
    const { ordinary, edges } = generate(columns('integer'), [{ seen: [2147483647n], known: [] }]);

    expect(ordinary.flat().every((cell) => (cell as bigint) <= 2147483647n)).toBe(true);
    expect(edges.flat()).toEqual(expect.arrayContaining([2147483648n, -2147483648n, 0n, null]));
  });

  it('tries the numbers by which the model decides, and those beside them', () => {
    const { ordinary } = generate(columns('double'), [{ seen: [], known: [17.5] }]);

    const near = ordinary.flat().filter((cell) => Math.abs((cell as number) - 17.5) < 1e-5);
    expect(new Set(near).size).toBeGreaterThanOrEqual(3);
    expect(near).toContain(17.5);
  });

  it('has every kind of edge for floats', () => {
    const { edges } = generate(columns('double'));

    expect(edges.flat()).toEqual(
      expect.arrayContaining([
        0,
        -0,
        1e38,
        1e39,
        1e308,
        Number.NaN,
        null,
        Number.POSITIVE_INFINITY,
      ]),
    );
  });

  it('gives tensors the shape of the example where the signature leaves it open', () => {
    const schema: Schema = {
      kind: 'tensors',
      inputs: [{ name: undefined, dtype: 'float32', shape: [-1, -1, 3] }],
    };
    const { ordinary } = generate(schema, [
      {
        seen: [
          [
            [1, 2, 3],
            [4, 5, 6],
            [7, 8, 9],
            [1, 1, 1],
          ],
        ],
        known: [],
      },
    ]);

    const [row] = ordinary[0] ?? [];
    expect(row).toHaveLength(4);
    expect((row as number[][])[0]).toHaveLength(3);
  });

  it('makes fewer rows of large tensors', () => {
    const schema: Schema = {
      kind: 'tensors',
      inputs: [{ name: undefined, dtype: 'float32', shape: [-1, 224, 224, 3] }],
    };

    expect(generate(schema).ordinary.length).toBeLessThan(100);
  });

  it('refuses nested columns', () => {
    expect(() => generate(columns('object'))).toThrow(
      /of type object, which an ONNX model cannot take/,
    );
  });
});
