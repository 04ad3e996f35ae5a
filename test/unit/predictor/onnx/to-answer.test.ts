import { describe, expect, it } from 'vitest';
import { ndArray } from '../../../../src/model/nd-array.ts';
import type { ElementType } from '../../../../src/predictor/onnx/element-types.ts';
import type { NativeTensor } from '../../../../src/predictor/onnx/native-runtime.ts';
import type { OutputPlan } from '../../../../src/predictor/onnx/output-plan.ts';
import { dictAnswer, frameAnswer } from '../../../../src/predictor/onnx/to-answer.ts';

const tensor = (type: ElementType, dims: number[], data: NativeTensor['data']): NativeTensor => ({
  type,
  dims,
  data,
  location: 'cpu',
});
const Y: OutputPlan = { kind: 'tensor', name: 'Y' };
const Z: OutputPlan = { kind: 'maps', name: 'Z', keys: ['a', 'b'], columns: [1, 0], width: 2 };
const L: OutputPlan = { kind: 'list', name: 'L', parts: ['L/0', 'L/1'] };

describe('frameAnswer', () => {
  it('flattens each output into a column', () => {
    const results = { Y: tensor('int64', [2, 2], BigInt64Array.of(1n, 2n, 3n, 4n)) };

    expect(frameAnswer([Y], results)).toEqual({
      kind: 'frame',
      rowCount: 4,
      columns: [{ label: 'Y', dtype: 'int64', data: BigInt64Array.of(1n, 2n, 3n, 4n) }],
    });
  });

  it('keeps ZipMap dicts packed, one per row, keys in order', () => {
    const results = {
      Y: tensor('string', [2], ['p', 'q']),
      Z: tensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4)),
    };

    expect(frameAnswer([Y, Z], results).columns).toEqual([
      { label: 'Y', dtype: 'object', data: ['p', 'q'] },
      {
        label: 'Z',
        dtype: 'object',
        data: {
          kind: 'packed-dicts',
          keys: ['a', 'b'],
          values: ndArray('float32', [2, 2], Float32Array.of(2, 1, 4, 3)),
        },
      },
    ]);
  });

  it('stacks the arrays of a list', () => {
    const half = (bits: number) => tensor('float16', [1], Uint16Array.of(bits));
    const results = { 'L/0': half(0x3c00), 'L/1': half(0xc000) };

    expect(frameAnswer([L], results).columns).toEqual([
      { label: 'L', dtype: 'float16', data: Float16Array.of(1, -2) },
    ]);
  });

  it.each([
    {
      name: 'outputs of different sizes',
      plan: [Y, Z],
      results: {
        Y: tensor('bool', [3], Uint8Array.of(1, 0, 1)),
        Z: tensor('float32', [2, 2], new Float32Array(4)),
      },
      message: '("Y" 3, "Z" 2)',
    },
    {
      name: 'a list of arrays of different shapes',
      plan: [L],
      results: {
        'L/0': tensor('float32', [1], new Float32Array(1)),
        'L/1': tensor('float32', [2], new Float32Array(2)),
      },
      message: 'the arrays in the model output "L" differ in shape',
    },
    {
      name: 'scores that do not fit the labels',
      plan: [Z],
      results: { Z: tensor('float32', [1, 3], new Float32Array(3)) },
      message: 'the model output "Z" has 2 class labels for scores of shape [1, 3]',
    },
    {
      name: 'scores of three dimensions',
      plan: [Z],
      results: { Z: tensor('float32', [1, 1, 2], new Float32Array(2)) },
      message: 'scores of shape [1, 1, 2]',
    },
  ])('refuses $name', ({ plan, results, message }) => {
    expect(() => frameAnswer(plan, results)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(message) }),
    );
  });
});

describe('dictAnswer', () => {
  it('keeps shapes and the order of the graph', () => {
    const results = {
      'L/0': tensor('bool', [1], Uint8Array.of(1)),
      'L/1': tensor('bool', [2], Uint8Array.of(0, 1)),
      Y: tensor('float64', [], Float64Array.of(0.5)),
      Z: tensor('float32', [2], Float32Array.of(1, 2)),
    };

    expect([...dictAnswer([Z, Y, L], results)]).toEqual([
      [
        'Z',
        [
          new Map([
            ['a', 2],
            ['b', 1],
          ]),
        ],
      ],
      ['Y', ndArray('float64', [], Float64Array.of(0.5))],
      ['L', [ndArray('bool', [1], Uint8Array.of(1)), ndArray('bool', [2], Uint8Array.of(0, 1))]],
    ]);
  });
});
