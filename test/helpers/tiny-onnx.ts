import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Attribute,
  type Dimension,
  type ElementType,
  externalInitializer,
  initializer,
  node,
  onnxModel,
  sequenceOfMapsType,
  tensorType,
} from './onnx-proto.ts';

/** Y = X·W with W = [1, 2, 3 …]. Shapes: X [N][features], Y [N][1]. */
export const linearModel = (features = 3): Buffer =>
  onnxModel({
    nodes: [node('MatMul', ['X', 'W'], ['Y'])],
    initializers: [initializer('W', [features, 1], weights(features))],
    inputs: [['X', tensorType('float32', ['N', features])]],
    outputs: [['Y', tensorType('float32', ['N', 1])]],
  });

/** Y = X. */
export const identityModel = (
  type: ElementType,
  dims: readonly Dimension[] | undefined = ['N', 1],
): Buffer =>
  onnxModel({
    nodes: [node('Identity', ['X'], ['Y'])],
    inputs: [['X', tensorType(type, dims)]],
    outputs: [['Y', tensorType(type, dims)]],
  });

/** S = A + B and M = A * B. Shapes: all [N]. */
export const twoInputModel = (type: ElementType = 'float32'): Buffer =>
  onnxModel({
    nodes: [node('Add', ['A', 'B'], ['S']), node('Mul', ['A', 'B'], ['M'])],
    inputs: [
      ['A', tensorType(type, ['N'])],
      ['B', tensorType(type, ['N'])],
    ],
    outputs: [
      ['S', tensorType(type, ['N'])],
      ['M', tensorType(type, ['N'])],
    ],
  });

/** Y = X and Z = sum of X. Shapes: X and Y [N][3], Z scalar. */
export const scalarOutputModel = (): Buffer =>
  onnxModel({
    nodes: [
      node('Identity', ['X'], ['Y']),
      node('ReduceSum', ['X'], ['Z'], { attributes: { keepdims: { int: 0 } } }),
    ],
    inputs: [['X', tensorType('float32', ['N', 3])]],
    outputs: [
      ['Y', tensorType('float32', ['N', 3])],
      ['Z', tensorType('float32', [])],
    ],
  });

export type Labels = readonly number[] | readonly string[];

const isText = (labels: Labels): labels is readonly string[] => typeof labels[0] === 'string';

/** The attribute that names the classes of a classifier or a ZipMap. */
export const labelAttribute = (labels: Labels): Record<string, Attribute> =>
  isText(labels)
    ? { classlabels_strings: { strings: labels } }
    : { classlabels_int64s: { ints: labels } };

/**
 * One tree of two leaves, as skl2onnx writes a DecisionTreeClassifier of three classes: the first
 * class while X[0] <= 0.5, else the third.
 *
 * Shapes: X [N][2]; `labels` [3]; label [N]; probabilities [N][3] or, with `zipMap`, N maps.
 */
export function treeModel({ labels = [0, 1, 2] as Labels, zipMap = true } = {}): Buffer {
  const tree: Record<string, Attribute> = {
    ...labelAttribute(labels),
    nodes_treeids: { ints: [0, 0, 0] },
    nodes_nodeids: { ints: [0, 1, 2] },
    nodes_featureids: { ints: [0, 0, 0] },
    nodes_values: { floats: [0.5, 0, 0] },
    nodes_modes: { strings: ['BRANCH_LEQ', 'LEAF', 'LEAF'] },
    nodes_truenodeids: { ints: [1, 0, 0] },
    nodes_falsenodeids: { ints: [2, 0, 0] },
    class_treeids: { ints: [0, 0, 0, 0, 0, 0] },
    class_nodeids: { ints: [1, 1, 1, 2, 2, 2] },
    class_ids: { ints: [0, 1, 2, 0, 1, 2] },
    class_weights: { floats: [0.5, 0.25, 0.25, 0.125, 0.25, 0.625] },
    post_transform: { string: 'NONE' },
  };
  const probabilities = zipMap ? 'scores' : 'probabilities';
  const domain = 'ai.onnx.ml';
  const nodes = [
    node('TreeEnsembleClassifier', ['X'], ['label', probabilities], { domain, attributes: tree }),
  ];
  if (zipMap) nodes.push(zipMapNode('scores', 'probabilities', labels));
  return onnxModel({
    nodes,
    inputs: [['X', tensorType('float32', ['N', 2])]],
    outputs: [
      ['label', tensorType(isText(labels) ? 'string' : 'int64', ['N'])],
      ['probabilities', zipMap ? mapsType(labels) : tensorType('float32', ['N', labels.length])],
    ],
  });
}

export const zipMapNode = (input: string, output: string, labels: Labels): Buffer =>
  node('ZipMap', [input], [output], { domain: 'ai.onnx.ml', attributes: labelAttribute(labels) });

export const mapsType = (labels: Labels): Buffer =>
  sequenceOfMapsType(isText(labels) ? 'string' : 'int64');

/** Z = ZipMap(X). Shapes: X any, as given; Z as many maps as X has rows. */
export const zipMapModel = (labels: Labels): Buffer =>
  onnxModel({
    nodes: [zipMapNode('X', 'Z', labels)],
    inputs: [['X', tensorType('float32')]],
    outputs: [['Z', mapsType(labels)]],
  });

/**
 * Write `model.onnx` with its weights in `weights.data`: X·W, W = [1, 2 …] of [features][2].
 *
 * Shapes: X [N][features]; Y [N][2], or with `zipMap` N maps.
 */
export function writeExternalDataModel(directory: string, { features = 300, zipMap = false } = {}) {
  const values = Float32Array.from(weights(features * 2));
  writeFileSync(join(directory, 'weights.data'), Buffer.from(values.buffer));
  const at = { location: 'weights.data', offset: 0, length: values.byteLength };
  const nodes = [node('MatMul', ['X', 'W'], [zipMap ? 'scores' : 'Y'])];
  if (zipMap) nodes.push(zipMapNode('scores', 'Y', ['no', 'yes']));
  const model = onnxModel({
    nodes,
    initializers: [externalInitializer('W', [features, 2], at)],
    inputs: [['X', tensorType('float32', ['N', features])]],
    outputs: [['Y', zipMap ? mapsType(['no', 'yes']) : tensorType('float32', ['N', 2])]],
  });
  writeFileSync(join(directory, 'model.onnx'), model);
}

const weights = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
