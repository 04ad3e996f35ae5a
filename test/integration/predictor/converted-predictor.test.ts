import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Conversion } from '../../../src/model/conversion.ts';
import { column, frame } from '../../../src/model/frame.ts';
import { ndArray } from '../../../src/model/nd-array.ts';
import { openConvertedPredictor } from '../../../src/predictor/onnx/converted-predictor.ts';
import { openPredictor } from '../../../src/predictor/open-predictor.ts';
import { mlmodelOf, modelDirectory } from '../../helpers/model-directory.ts';
import { node, onnxModel, tensorType } from '../../helpers/onnx-proto.ts';
import { identityModel, linearModel, treeModel } from '../../helpers/tiny-onnx.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const onnx = { data: 'model.onnx', conversion: 'onnx/conversion.json' };

const linear: Conversion = {
  format: 1,
  flavor: 'sklearn',
  converter: 'hand 1',
  input: { kind: 'array', input: 'X', dtype: 'float32', rank: 2, columns: ['a', 'b', 'c'] },
  output: { kind: 'array', output: 'Y', dtype: 'float64', shape: 'rows' },
  refuses: [],
  is_float32: false,
};

function write(graph: Uint8Array, conversion: unknown): string {
  const directory = modelDirectory(graph);
  directories.push(directory);
  mkdirSync(join(directory, 'onnx'));
  writeFileSync(join(directory, 'onnx/conversion.json'), JSON.stringify(conversion));
  return directory;
}

const open = (graph: Uint8Array, conversion: Partial<Conversion>) =>
  openConvertedPredictor(write(graph, { ...linear, ...conversion }), mlmodelOf({ onnx }));

const doubles = (...cells: number[]) => Float64Array.from(cells);
const abc = (b: number[]) =>
  frame(b.length, [
    column(
      'c',
      'float64',
      Float64Array.from(b, () => 3),
    ),
    column('b', 'float64', Float64Array.from(b)),
    column(
      'a',
      'int64',
      BigInt64Array.from(b, () => 1n),
    ),
  ]);

describe('openConvertedPredictor', () => {
  it('puts a frame into the order of the names and answers one double per row', async () => {
    const { predict, release } = await open(linearModel(), {});

    // 1·1 + 2·b + 3·3
    expect(predict(abc([2, 5]), null)).toEqual(ndArray('float64', [2], doubles(14, 20)));
    await release();
  });

  it('is opened for a model that names a conversion', async () => {
    const predictor = await openPredictor(write(linearModel(), linear), mlmodelOf({ onnx }));

    expect(predictor).toMatchObject({ kind: 'parsed' });
    await predictor.release();
  });

  it('keeps the shape of the graph, the labels of a classifier, or makes a column of them', async () => {
    const input = { kind: 'array', input: 'X', dtype: 'float32', rank: 2 } as const;
    const table = frame(2, [
      column(0n, 'float64', doubles(0, 1)),
      column(1n, 'float64', doubles(0, 0)),
    ]);
    const answers = [];

    for (const output of [
      { kind: 'array', output: 'label', dtype: 'bool', shape: 'rows' },
      { kind: 'array', output: 'label', dtype: 'int64', shape: 'column' },
      { kind: 'array', output: 'probabilities', dtype: 'float32', shape: 'keep' },
    ] as const) {
      const { predict, release } = await open(treeModel({ zipMap: false }), { input, output });
      answers.push(predict(table, null));
      await release();
    }

    expect(answers).toEqual([
      ndArray('bool', [2], Uint8Array.of(0, 1)),
      ndArray('int64', [2, 1], BigInt64Array.of(0n, 2n)),
      ndArray('float32', [2, 3], Float32Array.of(0.5, 0.25, 0.25, 0.125, 0.25, 0.625)),
    ]);
  });

  it('answers a frame by columns 0, 1, … where the original does, an array by an array', async () => {
    const { predict, release } = await open(identityModel('float32', ['N', 2]), {
      input: { kind: 'array', input: 'X', dtype: 'float32' },
      output: { kind: 'frame', output: 'Y', dtype: 'float32', shape: 'keep' },
    });
    const table = frame(2, [
      column('x', 'float64', doubles(1, 2)),
      column('y', 'bool', Uint8Array.of(1, 0)),
    ]);

    expect(predict(table, null)).toEqual(
      frame(2, [
        column(0n, 'float32', Float32Array.of(1, 2)),
        column(1n, 'float32', Float32Array.of(1, 0)),
      ]),
    );
    expect(predict(ndArray('int64', [1, 2], BigInt64Array.of(7n, 8n)), null)).toEqual(
      ndArray('float32', [1, 2], Float32Array.of(7, 8)),
    );
    await release();
  });

  it('feeds each column by itself: text beside numbers, None where it is taken', async () => {
    const graph = onnxModel({
      nodes: [node('Identity', ['t'], ['T']), node('Identity', ['x'], ['XX'])],
      inputs: [
        ['t', tensorType('string', ['N', 1])],
        ['x', tensorType('float64', ['N', 1])],
      ],
      outputs: [
        ['T', tensorType('string', ['N', 1])],
        ['XX', tensorType('float64', ['N', 1])],
      ],
    });
    const { predict, release } = await open(graph, {
      input: {
        kind: 'columns',
        columns: [
          { name: 'city', input: 't', dtype: 'object', missing: '' },
          { name: 'age', input: 'x', dtype: 'float64' },
        ],
      },
      output: { kind: 'array', output: 'T', dtype: 'object', shape: 'rows' },
      refuses: [{ column: 'city', when: 'unknown', values: ['Rome'] }],
    });
    const table = (...cities: (string | null)[]) =>
      frame(cities.length, [
        column(
          'age',
          'int64',
          BigInt64Array.from(cities, () => 5n),
        ),
        column('city', 'object', cities),
        column('other', 'object', cities),
      ]);

    expect(predict(table('Rome', null), null)).toEqual(ndArray('object', [2], ['Rome', '']));
    expect(() => predict(table('Rome', 'Oslo'), null)).toThrow(
      expect.objectContaining({
        code: 'BAD_REQUEST',
        message: 'column "city", row 1: the model takes only the values it was trained on',
      }),
    );
    expect(() => predict(ndArray('float64', [1, 2], doubles(1, 2)), null)).toThrow('no array');
    await release();
  });

  it('takes arrays by name', async () => {
    const { predict, release } = await open(identityModel('int64', ['N', 2]), {
      input: { kind: 'named', inputs: [{ name: 'ids', input: 'X', dtype: 'int64' }] },
      output: { kind: 'array', output: 'Y', dtype: 'int64', shape: 'keep' },
    });
    const ids = ndArray('int32', [1, 2], Int32Array.of(3, 4));

    expect(predict(new Map([['ids', ids]]), null)).toEqual(
      ndArray('int64', [1, 2], BigInt64Array.of(3n, 4n)),
    );
    expect(() => predict(new Map([['other', ids]]), null)).toThrow('just these names: "ids"');
    await release();
  });

  it.each([
    ['NaN', Number.NaN, 'nan', 'no missing value or NaN'],
    ['Infinity', Number.POSITIVE_INFINITY, 'infinite', 'no infinite number'],
    ['1e39', 1e39, 'beyond-float32', 'no number beyond the range of float32'],
  ] as const)('refuses %s where the original does, and only there', async (_, cell, when, what) => {
    const strict = await open(linearModel(), { refuses: [{ column: '*', when }] });
    const named = await open(linearModel(), { refuses: [{ column: 'a', when }] });

    expect(() => strict.predict(abc([1, cell]), null)).toThrow(
      expect.objectContaining({
        code: 'BAD_REQUEST',
        message: `column "b", row 1: the model takes ${what}`,
      }),
    );
    expect(() => named.predict(abc([1, cell]), null)).not.toThrow();
    expect(() => named.predict(ndArray('float64', [1, 3], doubles(cell, 1, 1)), null)).toThrow(
      `column 0, row 0: the model takes ${what}`,
    );
    await strict.release();
    await named.release();
  });

  it.each([
    ['a missing column', frame(1, [column('a', 'float64', doubles(1))]), '"b", missing'],
    ['dates', abcWith('datetime64[ns]', BigInt64Array.of(0n)), 'gave datetime64[ns]'],
    ['text that is no number', abcWith('object', ['x']), 'takes numbers'],
    ['another rank', ndArray('float64', [3], doubles(1, 2, 3)), '2 dimensions'],
    ['another width', ndArray('float64', [1, 2], doubles(1, 2)), '3 columns'],
    ['a list', [], 'a table or one array'],
    ['no rows', abc([]), 'at least one row'],
  ])('refuses %s with 400', async (_, input, message) => {
    const { predict, release } = await open(linearModel(), { refuses_empty: true });

    expect(() => predict(input, null)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(message) }),
    );
    await release();
  });

  it.each([
    ['same', 'text in another order', true],
    ['strict', 'text in another order', true],
    ['same', 'numbers', false],
    ['strict', 'numbers', true],
  ] as const)('with names "%s" a frame whose labels are %s is refused: %s', async (...given) => {
    const [names, labels, isRefused] = given;
    const { predict, release } = await open(linearModel(), {
      input: { kind: 'array', input: 'X', dtype: 'float32', columns: ['a', 'b', 'c'], names },
    });
    const table = frame(
      1,
      (labels === 'numbers' ? [0n, 1n, 2n] : ['b', 'a', 'c']).map((label) =>
        column(label, 'float64', doubles(1)),
      ),
    );

    const run = () => predict(table, null);

    if (isRefused) expect(run).toThrow('in this order');
    else expect(run).not.toThrow();
    await release();
  });

  it('refuses a frame of objects where the original does, and takes an array of them', async () => {
    const { predict, release } = await open(linearModel(), {
      input: { kind: 'array', input: 'X', dtype: 'float32', objects: 'refuse' },
    });

    expect(() => predict(abcWith('object', ['1']), null)).toThrow('gave mixed content');
    expect(predict(ndArray('object', [1, 3], [1n, null, '3']), null)).toEqual(
      ndArray('float64', [1], doubles(Number.NaN)),
    );
    await release();
  });

  it('refuses to open when graph and conversion do not belong together', async () => {
    const input = { kind: 'array', input: 'X', dtype: 'float64' } as const;

    await expect(open(linearModel(), { input })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('takes float32, not float64'),
    });
  });
});

function abcWith(dtype: 'object' | 'datetime64[ns]', cells: string[] | BigInt64Array) {
  return frame(1, [
    column('a', 'float64', doubles(1)),
    column('b', dtype, cells as never),
    column('c', 'float64', doubles(1)),
  ]);
}
