import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isRowLocal } from '../../../src/predictor/onnx/row-local/is-row-local.ts';
import {
  type Attribute,
  bytesField,
  ELEMENT_TYPES,
  initializer,
  node,
  onnxModel,
  tensorType,
  textField,
  varintField,
} from '../../helpers/onnx-proto.ts';
import {
  identityModel,
  linearModel,
  scalarOutputModel,
  treeModel,
  twoInputModel,
} from '../../helpers/tiny-onnx.ts';

const folder = mkdtempSync(join(tmpdir(), 'row-local-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ONE_THREAD = { intraOpNumThreads: 1, interOpNumThreads: 1 };

function answersByRow(model: Buffer, options = ONE_THREAD): boolean {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, model);
  return isRowLocal(path, options);
}

/** One node between X, of shape [N][2], and Y; W has ones. */
const single = (
  operator: string,
  attributes: Readonly<Record<string, Attribute>> = {},
  { inputs = ['X'], weights = [2] }: { inputs?: string[]; weights?: number[] } = {},
): Buffer =>
  onnxModel({
    nodes: [node(operator, inputs, ['Y'], { attributes })],
    initializers: [
      initializer('W', weights, new Array(weights.reduce((a, b) => a * b, 1)).fill(1)),
    ],
    inputs: [['X', tensorType('float32', ['N', 2])]],
    outputs: [['Y', tensorType('float32')]],
  });

const ANY_RANK = onnxModel({
  nodes: [node('Identity', ['X'], ['Y'])],
  inputs: [['X', tensorType('float32')]],
  outputs: [['Y', tensorType('float32')]],
});

const LABELS = onnxModel({
  nodes: [
    node('ArgMax', ['X'], ['I'], { attributes: { axis: { int: 1 } } }),
    node('ArrayFeatureExtractor', ['W', 'I'], ['L'], { domain: 'ai.onnx.ml' }),
    node('Cast', ['L'], ['C'], { attributes: { to: { int: 7 } } }),
    node('Reshape', ['C', 'S'], ['Y']),
  ],
  initializers: [initializer('W', [2], [5, 7]), int64Initializer('S', [-1])],
  inputs: [['X', tensorType('float32', ['N', 2])]],
  outputs: [['Y', tensorType('int64')]],
});

const XW = ['X', 'W'];

function int64Initializer(name: string, values: readonly number[]): Buffer {
  const bytes = Buffer.from(BigInt64Array.from(values, BigInt).buffer);
  return Buffer.concat([
    varintField(1, values.length),
    varintField(2, ELEMENT_TYPES.int64),
    textField(8, name),
    bytesField(9, bytes),
  ]);
}

describe('isRowLocal', () => {
  it.each([
    { name: 'a linear model', model: linearModel() },
    { name: 'trees with ZipMap', model: treeModel() },
    { name: 'trees without', model: treeModel({ zipMap: false }) },
    { name: 'cells of two columns', model: twoInputModel() },
    { name: 'the input itself', model: identityModel('float32') },
    { name: 'a bias for each column', model: single('Add', {}, { inputs: XW }) },
    { name: 'a bias that is one row', model: single('Add', {}, { inputs: XW, weights: [1, 2] }) },
    { name: 'softmax over columns', model: single('Softmax', { axis: { int: -1 } }) },
    { name: 'softmax over an axis that is not given', model: single('Softmax') },
    { name: 'a label for each row, looked up in a list', model: LABELS },
    { name: 'sums of rows', model: single('ReduceSum', { axes: { ints: [1] } }) },
    {
      name: 'the largest of a row',
      model: single('ArgMax', { axis: { int: 1 }, keepdims: { int: 0 } }),
    },
    {
      name: 'columns beside each other',
      model: single('Concat', { axis: { int: 1 } }, { inputs: ['X', 'X'] }),
    },
  ])('is so for $name', ({ model }) => {
    expect(answersByRow(model)).toBe(true);
  });

  it.each([
    { name: 'a sum of all', model: scalarOutputModel() },
    { name: 'sums of columns', model: single('ReduceSum', { axes: { ints: [0] } }) },
    {
      name: 'sums of columns counted from the end',
      model: single('ReduceSum', { axes: { ints: [-2] } }),
    },
    { name: 'softmax over rows', model: single('Softmax', { axis: { int: 0 } }) },
    { name: 'the largest of a column', model: single('ArgMax') },
    {
      name: 'rows below each other',
      model: single('Concat', { axis: { int: 0 } }, { inputs: ['X', 'X'] }),
    },
    { name: 'rows and columns exchanged', model: single('Transpose', { perm: { ints: [1, 0] } }) },
    {
      name: 'weights for a number of rows',
      model: single('Add', {}, { inputs: XW, weights: [2, 2] }),
    },
    {
      name: 'an axis in front of the rows',
      model: single('Add', {}, { inputs: XW, weights: [3, 1, 2] }),
    },
    {
      name: 'rows that are weights of others',
      model: single('MatMul', {}, { inputs: ['W', 'X'], weights: [2, 2] }),
    },
    { name: 'running sums', model: single('CumSum', {}, { inputs: XW, weights: [1] }) },
    { name: 'the number of rows', model: single('Shape') },
    { name: 'an input of any rank', model: ANY_RANK },
    { name: 'a file that is no model', model: Buffer.from('no model') },
  ])('is not so for $name', ({ model }) => {
    expect(answersByRow(model)).toBe(false);
  });

  it('is not so where several threads share the rows', () => {
    expect(answersByRow(linearModel(), { ...ONE_THREAD, intraOpNumThreads: 2 })).toBe(false);
  });
});
