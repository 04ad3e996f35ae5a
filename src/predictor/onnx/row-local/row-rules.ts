import type { Constant, GraphNode } from './read-graph.ts';

/** A value of a graph: the same for all requests, or an entry for each row along its first dimension. */
export type Value = ({ readonly kind: 'constant' } & Constant) | Rows | Lane;

export interface Rows {
  readonly kind: 'rows';
  /** Number of dimensions, the rows' among them. */
  readonly rank: number;
}

/** Shape [1][N]: an entry for each row, but along the second dimension; scikit-learn's classifiers look their labels up that way. */
export interface Lane {
  readonly kind: 'lane';
}

/** What a node makes of its inputs, for each output the same; undefined when rows may depend on each other, or nobody knows. */
export type Rule = (
  node: GraphNode,
  inputs: readonly (Value | undefined)[],
) => Rows | Lane | undefined;

const rows = (rank: number): Rows => ({ kind: 'rows', rank });

/** Cell by cell, broadcast: nothing may stand in front of the rows, or beside them along their dimension. */
const cellwise: Rule = (_, inputs) => {
  const ranks = new Set<number>();
  const constants: Constant[] = [];
  for (const value of inputs) {
    if (value?.kind === 'lane') return undefined;
    if (value?.kind === 'rows') ranks.add(value.rank);
    if (value?.kind === 'constant') constants.push(value);
  }
  const [rank, ...others] = ranks;
  if (rank === undefined || others.length > 0) return undefined;
  const fits = constants.every(
    ({ dims }) => dims.length < rank || (dims.length === rank && dims[0] === 1),
  );
  return fits ? rows(rank) : undefined;
};

/** The first input has the rows, the others are weights. */
const first =
  (rankOf: (rank: number) => number | undefined) =>
  (_: GraphNode, [input, ...others]: readonly (Value | undefined)[]): Rows | undefined => {
    const isAlone = others.every((other) => other === undefined || other.kind === 'constant');
    if (input?.kind !== 'rows' || !isAlone) return undefined;
    const rank = rankOf(input.rank);
    return rank === undefined ? undefined : rows(rank);
  };

const cast: Rule = (node, inputs) =>
  inputs[0]?.kind === 'lane' ? inputs[0] : cellwise(node, inputs);

/** Entries of a list, by the numbers that the rows are. */
const lookUp: Rule = (_, [list, numbers]) =>
  list?.kind === 'constant' && list.dims.length === 1 && numbers?.kind === 'rows'
    ? { kind: 'lane' }
    : undefined;

const same = first((rank) => rank);
const table = first((rank) => (rank === 2 ? 2 : undefined));

const intOf = ({ attributes }: GraphNode, name: string): number | undefined =>
  attributes.get(name)?.ints[0];

/** Counted from the first dimension. */
const place = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Works along one axis, which is not the rows'. */
const along =
  (fallback: number, keeps: (node: GraphNode) => boolean = () => true): Rule =>
  (node, inputs) => {
    const found = same(node, inputs);
    const axis = intOf(node, 'axis') ?? fallback;
    if (found === undefined) return undefined;
    const at = place(axis, found.rank);
    if (at < 1 || at >= found.rank) return undefined;
    return keeps(node) ? found : rows(found.rank - 1);
  };

const keepsDims = (node: GraphNode): boolean => (intOf(node, 'keepdims') ?? 1) !== 0;

/** Axes as an attribute, or, in later operator sets, as an input. */
function axesOf(node: GraphNode, input: Value | undefined): readonly number[] | undefined {
  const attribute = node.attributes.get('axes')?.ints;
  return attribute ?? (input?.kind === 'constant' ? input.ints : undefined);
}

const reduce: Rule = (node, inputs) => {
  const found = same(node, inputs);
  const axes = axesOf(node, inputs[1]);
  if (found === undefined || axes === undefined || axes.length === 0) return undefined;
  const places = axes.map((axis) => place(axis, found.rank));
  if (places.some((at) => at < 1)) return undefined;
  return keepsDims(node) ? found : rows(found.rank - new Set(places).size);
};

const squeeze: Rule = (node, inputs) => {
  const found = same(node, inputs);
  const axes = axesOf(node, inputs[1])?.map((axis) => place(axis, found?.rank ?? 0));
  if (found === undefined || axes === undefined || axes.length === 0) return undefined;
  return axes.some((at) => at < 1) ? undefined : rows(found.rank - new Set(axes).size);
};

const unsqueeze: Rule = (node, inputs) => {
  const found = same(node, inputs);
  const axes = axesOf(node, inputs[1]);
  if (found === undefined || axes === undefined) return undefined;
  const rank = found.rank + axes.length;
  return axes.some((axis) => place(axis, rank) < 1) ? undefined : rows(rank);
};

/** As many rows as before: a list or one column of them, or their number copied (0). */
const reshape: Rule = (node, inputs) => {
  const shape = inputs[1]?.kind === 'constant' ? inputs[1].ints : undefined;
  if (shape === undefined) return undefined;
  const [count, ...inner] = shape;
  const isCopied = count === 0 && (intOf(node, 'allowzero') ?? 0) === 0;
  const isColumn = count === -1 && inner.every((size) => size === 1);
  const isTaken = inputs[0]?.kind === 'rows' ? isCopied || isColumn : isColumn;
  return inputs[0]?.kind !== 'constant' && isTaken ? rows(shape.length) : undefined;
};

const concat: Rule = (node, inputs) => {
  const ranks = new Set(inputs.map((value) => (value?.kind === 'rows' ? value.rank : undefined)));
  const [rank, ...others] = ranks;
  const axis = intOf(node, 'axis');
  if (rank === undefined || others.length > 0 || axis === undefined) return undefined;
  return place(axis, rank) >= 1 ? rows(rank) : undefined;
};

const matMul: Rule = (_, [left, right]) =>
  left?.kind === 'rows' && left.rank >= 2 && right?.kind === 'constant' && right.dims.length === 2
    ? rows(left.rank)
    : undefined;

const gemm: Rule = (node, [a, b, c]) => {
  if (a?.kind !== 'rows' || a.rank !== 2 || b?.kind !== 'constant') return undefined;
  if ((intOf(node, 'transA') ?? 0) !== 0) return undefined;
  const isFlat =
    c === undefined || (c.kind === 'constant' && (c.dims.length < 2 || c.dims[0] === 1));
  return isFlat ? rows(2) : undefined;
};

/** Rows of a table by number, or other axes of the rows by constant numbers. */
const gather: Rule = (node, [source, indices]) => {
  const axis = intOf(node, 'axis') ?? 0;
  if (source?.kind === 'constant' && indices?.kind === 'rows' && axis === 0) {
    return rows(indices.rank + source.dims.length - 1);
  }
  if (source?.kind !== 'rows' || indices?.kind !== 'constant') return undefined;
  return place(axis, source.rank) < 1 ? undefined : rows(source.rank - 1 + indices.dims.length);
};

const transpose: Rule = (node, inputs) =>
  node.attributes.get('perm')?.ints[0] === 0 ? same(node, inputs) : undefined;

const flatten: Rule = (node, inputs) =>
  (intOf(node, 'axis') ?? 1) === 1 && same(node, inputs) ? rows(2) : undefined;

const named = (rule: Rule, names: string): [string, Rule][] =>
  names.split(' ').map((name) => [name, rule]);

/** Of ONNX's own operators. What is not here may do anything: `Log` and `Softplus` are another bit off where a vector of cells ends. */
export const ONNX_RULES: ReadonlyMap<string, Rule> = new Map([
  ...named(
    cellwise,
    'Add Sub Mul Div Pow Mod Max Min Sum Mean Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Not Where PRelu Abs Neg Sign Floor Ceil Round Sqrt Reciprocal Exp Erf Relu LeakyRelu Elu Selu Sigmoid HardSigmoid Tanh Softsign Gelu Clip IsNaN IsInf',
  ),
  ...named(cast, 'Identity Cast'),
  ...named(
    reduce,
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp',
  ),
  // Without an axis it is the last one, or, in early operator sets, all but the rows'.
  ...named(along(1), 'Softmax LogSoftmax'),
  ...named(along(0, keepsDims), 'ArgMax ArgMin'),
  ['MatMul', matMul],
  ['Gemm', gemm],
  ['Concat', concat],
  ['Reshape', reshape],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Flatten', flatten],
  ['Transpose', transpose],
  ['Gather', gather],
]);

/** In float32 alone: in float64, the last cells of a run, too few for a vector, come out another bit off. */
export const FLOAT32_ONLY: ReadonlySet<string> = new Set([
  ...['Exp', 'Erf', 'Elu', 'Selu', 'Sigmoid', 'Tanh', 'Gelu', 'Softmax', 'LogSoftmax'],
  'ReduceLogSumExp',
  'ReduceLogSum',
]);

/** Of the operators of scikit-learn's kind of models. */
export const ML_RULES: ReadonlyMap<string, Rule> = new Map([
  ...named(same, 'Binarizer Scaler Imputer LabelEncoder CategoryMapper'),
  ...named(
    table,
    'Normalizer TreeEnsembleRegressor TreeEnsemble LinearRegressor SVMRegressor ZipMap',
  ),
  ['OneHotEncoder', first((rank) => rank + 1)],
  ['ArrayFeatureExtractor', lookUp],
]);

/** Classifiers: a label for each row, and a table of scores. */
export const CLASSIFIERS: ReadonlySet<string> = new Set([
  'TreeEnsembleClassifier',
  'LinearClassifier',
  'SVMClassifier',
]);
