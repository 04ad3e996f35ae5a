import { rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import { column, type Frame, frame } from '../../../src/model/frame.ts';
import { type NdArray, ndArray } from '../../../src/model/nd-array.ts';
import { openOnnxPredictor } from '../../../src/predictor/onnx/onnx-predictor.ts';
import type { ParsedPredictor } from '../../../src/predictor/predictor.ts';
import { mlmodelOf, modelDirectory } from '../../helpers/model-directory.ts';
import {
  type ElementType,
  initializer,
  type NodeOptions,
  node,
  onnxModel,
  optionalType,
  sequenceType,
  tensorType,
} from '../../helpers/onnx-proto.ts';
import {
  identityModel,
  linearModel,
  mapsType,
  scalarOutputModel,
  treeModel,
  twoInputModel,
  writeExternalDataModel,
  zipMapModel,
  zipMapNode,
} from '../../helpers/tiny-onnx.ts';

const ONNX = mlmodelOf({ onnx: { data: 'model.onnx' } });
const directories: string[] = [];
const open: ParsedPredictor[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((predictor) => predictor.release()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

async function openModel(model: Uint8Array, mlmodel = ONNX): Promise<ParsedPredictor> {
  const directory = modelDirectory(model);
  directories.push(directory);
  const predictor = await openOnnxPredictor(directory, mlmodel);
  open.push(predictor);
  return predictor;
}

const doubles = (name: string, ...cells: number[]) =>
  column(name, 'float64', Float64Array.from(cells));
const floats = (shape: number[], ...cells: number[]) =>
  ndArray('float32', shape, Float32Array.from(cells));

describe('openOnnxPredictor', () => {
  it('answers a frame with a frame, synchronously', async () => {
    const predictor = await openModel(linearModel());
    const rows = frame(2, [doubles('a', 1, 4), doubles('b', 2, 5), doubles('c', 3.5, 6)]);

    expect(predictor.predict(rows, null)).toEqual(
      frame(2, [column('Y', 'float32', Float32Array.of(15.5, 32))]),
    );
  });

  it('answers an array with a dict of arrays in graph order', async () => {
    const predictor = await openModel(scalarOutputModel());

    expect(predictor.predict(floats([1, 3], 1, 2, 3), null)).toEqual(
      new Map([
        ['Y', floats([1, 3], 1, 2, 3)],
        ['Z', floats([], 6)],
      ]),
    );
  });

  it('answers named arrays', async () => {
    const predictor = await openModel(twoInputModel());
    const input = new Map([
      ['B', floats([2], 3, 4)],
      ['A', floats([2], 1, 2)],
    ]);

    expect(predictor.predict(input, null)).toEqual(
      new Map([
        ['S', floats([2], 4, 6)],
        ['M', floats([2], 3, 8)],
      ]),
    );
  });

  it.each<[ElementType, NdArray]>([
    ['bool', ndArray('bool', [2, 1], Uint8Array.of(1, 0))],
    ['int8', ndArray('int8', [1, 1], Int8Array.of(-128))],
    ['int16', ndArray('int16', [1, 1], Int16Array.of(-32_768))],
    ['int32', ndArray('int32', [1, 1], Int32Array.of(-(2 ** 31)))],
    ['int64', ndArray('int64', [1, 1], BigInt64Array.of(2n ** 63n - 1n))],
    ['uint8', ndArray('uint8', [1, 1], Uint8Array.of(255))],
    ['uint16', ndArray('uint16', [1, 1], Uint16Array.of(65_535))],
    ['uint32', ndArray('uint32', [1, 1], Uint32Array.of(2 ** 32 - 1))],
    ['uint64', ndArray('uint64', [1, 1], BigUint64Array.of(2n ** 64n - 1n))],
    ['float16', ndArray('float16', [2, 1], Float16Array.of(1.5, -0))],
    ['float32', ndArray('float32', [1, 1], Float32Array.of(0.1))],
    ['float64', ndArray('float64', [2, 1], Float64Array.of(0.1, Number.NaN))],
    ['string', ndArray('object', [2, 1], ['é', ''])],
  ])('returns %s exactly as it was sent', async (type, array) => {
    const predictor = await openModel(identityModel(type));

    expect(predictor.predict(array, null)).toEqual(new Map([['Y', array]]));
  });

  it('answers no rows with no rows', async () => {
    const predictor = await openModel(linearModel());

    expect(predictor.predict(frame(0, [doubles('a'), doubles('b'), doubles('c')]), null)).toEqual(
      frame(0, [column('Y', 'float32', new Float32Array(0))]),
    );
  });

  it.each([
    {
      name: 'too few values',
      input: floats([1, 2], 1, 2),
      message: 'expected 3 along dimension 1 instead of 2',
    },
    {
      name: 'a missing dimension',
      input: floats([3], 1, 2, 3),
      message: 'has 2 dimensions, the request gave 1',
    },
    {
      name: 'integers',
      input: ndArray('int64', [1, 3], BigInt64Array.of(1n, 2n, 3n)),
      message: 'takes tensor(float), the request gave int64',
    },
  ])('answers $name with one clear 400', async ({ input, message }) => {
    const predictor = await openModel(linearModel());

    expect(() => predictor.predict(input, null)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(message) }),
    );
  });

  it('names the failing operator but not the value it failed on', async () => {
    const pick = onnxModel({
      nodes: [node('Gather', ['T', 'X'], ['Y'])],
      inputs: [
        ['T', tensorType('float32', [3])],
        ['X', tensorType('int64', ['N'])],
      ],
      outputs: [['Y', tensorType('float32', ['N'])]],
    });
    const predictor = await openModel(pick);
    const input = new Map([
      ['T', floats([3], 1, 2, 3)],
      ['X', ndArray('int64', [1], BigInt64Array.of(123_456n))],
    ]);

    expect(() => predictor.predict(input, null)).toThrow(
      /in its operator Gather: (?!.*123456).*out of data bounds/,
    );
  });

  it('refuses zero rows for TopK, which would end the process', async () => {
    const topK = onnxModel({
      nodes: [node('TopK', ['X', 'K'], ['Y', 'I'])],
      inputs: [
        ['X', tensorType('float32', ['N', 4])],
        ['K', tensorType('int64', [1])],
      ],
      outputs: [['Y', tensorType('float32', ['N', 'K'])]],
    });
    const predictor = await openModel(topK);
    const input = (rows: number) =>
      new Map<string, NdArray>([
        ['X', ndArray('float32', [rows, 4], new Float32Array(rows * 4))],
        ['K', ndArray('int64', [1], BigInt64Array.of(2n))],
      ]);

    expect(predictor.predict(input(1), null)).toEqual(new Map([['Y', floats([1, 2], 0, 0)]]));
    expect(() => predictor.predict(input(0), null)).toThrow('cannot run on zero rows');
  });

  it('fails on purpose when used after its release', async () => {
    const predictor = await openModel(linearModel());
    await predictor.release();

    expect(() => predictor.predict(floats([1, 3], 1, 2, 3), null)).toThrow(
      'the model was released',
    );
  });
});

describe('ZipMap outputs', () => {
  const tree = frame(2, [doubles('a', 0, 1), doubles('b', 0, 0)]);

  it.each([
    {
      labels: [0, 1, 2],
      keys: ['0', '1', '2'],
      values: [0.5, 0.25, 0.25, 0.125, 0.25, 0.625],
      label: BigInt64Array.of(0n, 2n),
    },
    {
      labels: [7, 10, -7],
      keys: ['-7', '7', '10'],
      values: [0.25, 0.5, 0.25, 0.625, 0.125, 0.25],
      label: BigInt64Array.of(7n, -7n),
    },
    {
      labels: ['b', 'c', 'a'],
      keys: ['a', 'b', 'c'],
      values: [0.25, 0.5, 0.25, 0.625, 0.125, 0.25],
      label: ['b', 'a'],
    },
  ])('are packed dicts for a frame, keys sorted: $labels', async ({
    labels,
    keys,
    values,
    label,
  }) => {
    const predictor = await openModel(treeModel({ labels }));

    const { columns } = predictor.predict(tree, null) as Frame;

    expect(columns[0]?.data).toEqual(label);
    expect(columns[1]).toEqual({
      label: 'probabilities',
      dtype: 'object',
      data: { kind: 'packed-dicts', keys, values: floats([2, 3], ...values) },
    });
  });

  it('are a list of dicts for an array, the last of equal labels counting', async () => {
    const predictor = await openModel(zipMapModel(['b', 'a', 'b']));

    expect(predictor.predict(floats([1, 3], 1, 2, 3), null)).toEqual(
      new Map([
        [
          'Z',
          [
            new Map([
              ['a', 2],
              ['b', 3],
            ]),
          ],
        ],
      ]),
    );
    expect(predictor.predict(floats([3], 1, 2, 3), null)).toEqual(
      new Map([
        [
          'Z',
          [
            new Map([
              ['a', 2],
              ['b', 3],
            ]),
          ],
        ],
      ]),
    );
  });

  it('sort keys by their UTF-8 bytes, not by UTF-16 units', async () => {
    const predictor = await openModel(zipMapModel(['\u{1f600}', '\uffff']));

    const answer = predictor.predict(floats([1, 2], 1, 2), null) as Map<string, Map<string, 1>[]>;

    expect([...(answer.get('Z')?.[0]?.keys() ?? [])]).toEqual(['\uffff', '\u{1f600}']);
  });

  it('may be several, and share their scores with another output', async () => {
    const model = onnxModel({
      nodes: [
        node('Neg', ['X'], ['scores']),
        zipMapNode('scores', 'M1', [0, 1]),
        zipMapNode('scores', 'M2', ['x', 'y']),
      ],
      inputs: [['X', tensorType('float32', ['N', 2])]],
      outputs: [
        ['M2', mapsType(['x'])],
        ['scores', tensorType('float32')],
        ['M1', mapsType([0])],
      ],
    });
    const predictor = await openModel(model);

    expect(predictor.predict(floats([1, 2], 1, 2), null)).toEqual(
      new Map<string, unknown>([
        [
          'M2',
          [
            new Map([
              ['x', -1],
              ['y', -2],
            ]),
          ],
        ],
        ['scores', floats([1, 2], -1, -2)],
        [
          'M1',
          [
            new Map([
              ['0', -1],
              ['1', -2],
            ]),
          ],
        ],
      ]),
    );
  });

  it('are found behind more weights than are read at once', async () => {
    const model = onnxModel({
      nodes: [zipMapNode('X', 'Z', [1])],
      initializers: [initializer('W', [100_000], Array(100_000).fill(1))],
      inputs: [['X', tensorType('float32')]],
      outputs: [['Z', mapsType([1])]],
    });
    const predictor = await openModel(model);

    expect(predictor.predict(floats([1, 1], 0.5), null)).toEqual(
      new Map([['Z', [new Map([['1', 0.5]])]]]),
    );
  });

  it('never break the reading of a damaged model: every byte is tried', async () => {
    const model = zipMapModel(['a', 'b']);
    for (let at = 0; at < model.length; at++) {
      const damaged = Buffer.from(model);
      damaged[at] = 0xff;

      const opened = await openModel(damaged).catch((error: unknown) => error);

      if (opened instanceof Error) expect(opened).toBeInstanceOf(ServingError);
    }
  });

  it('refuse scores that do not fit the labels, as ZipMap itself', async () => {
    const predictor = await openModel(zipMapModel([0, 1]));

    expect(() => predictor.predict(floats([1, 3], 1, 2, 3), null)).toThrow(
      'has 2 class labels for scores of shape [1, 3]',
    );
  });

  it('need labels of one kind', async () => {
    const model = onnxModel({
      nodes: [node('ZipMap', ['X'], ['Z'], { domain: 'ai.onnx.ml' })],
      inputs: [['X', tensorType('float32')]],
      outputs: [['Z', mapsType([0])]],
    });

    await expect(openModel(model)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('must have either int64 or string class labels'),
    });
  });
});

describe('other outputs that are no tensors', () => {
  it('are answered when they are lists of tensors', async () => {
    const model = onnxModel({
      nodes: [node('Neg', ['X'], ['N']), node('SequenceConstruct', ['X', 'N'], ['S'])],
      inputs: [['X', tensorType('float32')]],
      outputs: [['S', sequenceType('float32')]],
    });
    const predictor = await openModel(model);

    expect(predictor.predict(floats([1], 2), null)).toEqual(
      new Map([['S', [floats([1], 2), floats([1], -2)]]]),
    );
    expect(predictor.predict(frame(1, [doubles('a', 2)]), null)).toEqual(
      frame(2, [column('S', 'float32', Float32Array.of(2, -2))]),
    );
  });

  it.each([
    {
      name: 'a list from another operator',
      model: onnxModel({
        nodes: [node('SplitToSequence', ['X'], ['S'])],
        inputs: [['X', tensorType('float32', ['N', 2])]],
        outputs: [['S', sequenceType('float32')]],
      }),
      message: 'the model output "S" is neither a tensor, a ZipMap nor a list of tensors',
    },
    {
      name: 'an optional',
      model: onnxModel({
        nodes: [node('Optional', ['X'], ['O'])],
        inputs: [['X', tensorType('float32')]],
        outputs: [['O', optionalType('float32')]],
      }),
      message: 'the model output "O" is neither',
    },
    {
      name: 'bfloat16',
      model: identityModel('bfloat16'),
      message: 'is no tensor, or of a type that cannot be sent',
    },
    {
      name: 'a list as input',
      model: onnxModel({
        nodes: [node('SequenceAt', ['S', 'I'], ['Y'])],
        inputs: [
          ['S', sequenceType('float32')],
          ['I', tensorType('int64', [])],
        ],
        outputs: [['Y', tensorType('float32')]],
      }),
      message: 'the model input "S" is no tensor',
    },
  ])('refuses $name at open', async ({ model, message }) => {
    await expect(openModel(model)).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message: expect.stringContaining(message),
    });
  });
});

describe('text models', () => {
  const lowerCase = (attributes: NonNullable<NodeOptions['attributes']>) =>
    onnxModel({
      nodes: [
        node('StringNormalizer', ['X'], ['Y'], {
          attributes: { case_change_action: { string: 'LOWER' }, ...attributes },
        }),
      ],
      inputs: [['X', tensorType('string', ['N'])]],
      outputs: [['Y', tensorType('string', ['N'])]],
    });

  it.each([
    { name: 'the default, en_US', attributes: {} },
    { name: 'English', attributes: { locale: { string: 'en_GB.UTF-8' } } },
  ])('do not need the locale $name to be installed', async ({ attributes }) => {
    const predictor = await openModel(lowerCase(attributes));

    expect(predictor.predict(ndArray('object', [1], ['GOOD É']), null)).toEqual(
      new Map([['Y', ndArray('object', [1], ['good é'])]]),
    );
  });

  it('say which other locale is missing', async () => {
    const model = lowerCase({ locale: { string: 'xx_XX.UTF-8' } });

    await expect(openModel(model)).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message: expect.stringContaining('needs the locale xx_XX.UTF-8, which is not installed'),
    });
  });
});

describe('models that cannot be opened', () => {
  const one = [['X', tensorType('float32', ['N'])]] as const;

  it.each([
    {
      name: 'no bytes',
      model: new Uint8Array(0),
      code: 'INVALID_PARAMETER_VALUE',
      message: 'is no ONNX model or is cut short',
    },
    {
      name: 'text',
      model: Buffer.from('hello world'),
      code: 'INVALID_PARAMETER_VALUE',
      message: 'is no ONNX model',
    },
    {
      name: 'half a model',
      model: treeModel().subarray(0, 300),
      code: 'INVALID_PARAMETER_VALUE',
      message: 'is cut short',
    },
    {
      name: 'an opset from the future',
      model: onnxModel({
        nodes: [node('Identity', ['X'], ['Y'])],
        inputs: one,
        outputs: [['Y', one[0][1]]],
        opsets: { '': 99 },
      }),
      code: 'NOT_IMPLEMENTED',
      message: 'the model needs opset 99 of ai.onnx, this runtime knows up to ',
    },
    {
      name: 'an unknown operator',
      model: onnxModel({
        nodes: [node('Foo', ['X'], ['Y'])],
        inputs: one,
        outputs: [['Y', one[0][1]]],
      }),
      code: 'NOT_IMPLEMENTED',
      message: 'the model uses the operator Foo',
    },
    {
      name: 'no inputs',
      model: onnxModel({
        nodes: [node('Identity', ['W'], ['Y'])],
        initializers: [initializer('W', [1], [1])],
        inputs: [],
        outputs: [['Y', tensorType('float32')]],
      }),
      code: 'INVALID_PARAMETER_VALUE',
      message: 'the model has no inputs',
    },
  ])('says so in one line: $name', async ({ model, code, message }) => {
    const problem = await openModel(model).catch((error: unknown) => error);

    expect(problem).toMatchObject({ code, message: expect.stringContaining(message) });
    expect((problem as Error).message).not.toMatch(/\n|\/tmp|onnxruntime_src/);
  });

  it('names a missing model file without its path', async () => {
    const directory = modelDirectory(Buffer.of(1), 'other.onnx');
    directories.push(directory);

    await expect(openOnnxPredictor(directory, ONNX)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(
        /^the file that the MLmodel names as its ONNX model is missing/,
      ),
    });
  });

  it('refuses a model file outside the directory', async () => {
    const mlmodel = mlmodelOf({ onnx: { data: '../model.onnx' } });

    await expect(openModel(linearModel(), mlmodel)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('flavors.onnx.data'),
    });
  });
});

describe('weights in files of their own', () => {
  const external = async (zipMap: boolean) => {
    const directory = modelDirectory(Buffer.alloc(0));
    directories.push(directory);
    writeExternalDataModel(directory, { features: 2, zipMap });
    return directory;
  };

  it.each([false, true])('are found beside the model (ZipMap: %s)', async (zipMap) => {
    const predictor = await openOnnxPredictor(await external(zipMap), ONNX);
    open.push(predictor);

    const answer = predictor.predict(floats([1, 2], 1, 1), null) as Map<string, unknown>;

    expect(answer.get('Y')).toEqual(
      zipMap
        ? [
            new Map([
              ['no', 4],
              ['yes', 6],
            ]),
          ]
        : floats([1, 2], 4, 6),
    );
  });

  it.each([false, true])('are named when they are missing (ZipMap: %s)', async (zipMap) => {
    const directory = await external(zipMap);
    unlinkSync(join(directory, 'weights.data'));

    await expect(openOnnxPredictor(directory, ONNX)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message:
        'the file "weights.data" that holds the model\'s weights is missing beside it; copy or log the whole model directory',
    });
  });
});
