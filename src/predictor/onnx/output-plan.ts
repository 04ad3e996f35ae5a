import { ServingError } from '../../errors.ts';
import type { GraphOutputs, OtherOutput } from './graph-outputs.ts';
import { readLabels } from './graph-outputs.ts';
import type { ModelFile } from './model-file.ts';
import { quote } from './quote.ts';

/** How one output of the model as logged is put together from the tensors we fetch. */
export type OutputPlan =
  | { readonly kind: 'tensor'; readonly name: string }
  | MapsPlan
  | { readonly kind: 'list'; readonly name: string; readonly parts: readonly string[] };

/**
 * A ZipMap output: its input tensor is fetched under the output's name, the maps are built here.
 *
 * Shapes: `keys` is [K], in answer order, `columns` [K] says where each key's value stands among
 *   the `width` values of a row.
 */
export interface MapsPlan {
  readonly kind: 'maps';
  readonly name: string;
  readonly keys: readonly string[];
  readonly columns: readonly number[];
  readonly width: number;
}

/**
 * Decide how each output will be answered.
 *
 * @throws {ServingError} NOT_IMPLEMENTED for outputs that are neither tensors, ZipMaps nor lists of
 *   tensors built at the end of the graph; INVALID_PARAMETER_VALUE for a ZipMap without labels
 */
export function planOutputs(file: ModelFile, { names, others }: GraphOutputs): OutputPlan[] {
  const byName = new Map(others.map((other) => [other.name, other]));
  return names.map((name) => {
    const other = byName.get(name);
    return other === undefined ? { kind: 'tensor', name } : planOther(file, other);
  });
}

function planOther(file: ModelFile, { name, node, sequenceOf }: OtherOutput): OutputPlan {
  if (node?.operator === 'ZipMap')
    return { kind: 'maps', name, ...orderOf(file, node.field, name) };
  if (node?.operator === 'SequenceConstruct' && sequenceOf !== undefined) {
    return { kind: 'list', name, parts: node.inputs.map((_, i) => `${name}/${i}`) };
  }
  throw new ServingError(
    'NOT_IMPLEMENTED',
    `the model output ${quote(name)} is neither a tensor, a ZipMap nor a list of tensors; convert the model with tensor outputs, for scikit-learn with options={"zipmap": False}`,
  );
}

/**
 * Order of the keys in each map, which C++ keeps sorted: numbers by size, text by its UTF-8 bytes.
 *
 * A label that stands twice keeps its last value.
 */
function orderOf(file: ModelFile, node: OtherOutput['field'], name: string) {
  const { ints, strings } = readLabels(file, node);
  if ((ints.length === 0) === (strings.length === 0)) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `the ZipMap of the model output ${quote(name)} must have either int64 or string class labels; convert the model again`,
    );
  }
  const width = ints.length + strings.length;
  const numbers = new Map(ints.map((label, column) => [label, column]));
  const texts = new Map(strings.map((label, column) => [label, column]));
  const sorted: [string, number][] =
    ints.length > 0
      ? [...numbers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, i]) => [`${key}`, i])
      : [...texts].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return { keys: sorted.map(([key]) => key), columns: sorted.map(([, column]) => column), width };
}
