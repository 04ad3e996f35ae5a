import type { NativeOptions } from '../native-runtime.ts';
import { type Graph, type GraphNode, readGraph } from './read-graph.ts';
import { CLASSIFIERS, FLOAT32_ONLY, ML_RULES, ONNX_RULES, type Value } from './row-rules.ts';

/**
 * Whether a graph answers each row of a table by itself, to the last bit: known of each of its operators.
 *
 * One thread only: several share a run out by its size, and add up in another order.
 *
 * @throws {Error} of node:fs when the file cannot be read
 */
export function isRowLocal(path: string, options: NativeOptions): boolean {
  if (options.intraOpNumThreads !== 1) return false;
  const graph = readGraph(path);
  return graph !== undefined && areRows(graph);
}

function areRows({ nodes, constants, inputs, outputs, hasDoubles }: Graph): boolean {
  if (hasDoubles && nodes.some(({ operator }) => FLOAT32_ONLY.has(operator))) return false;
  const values = new Map<string, Value>();
  for (const [name, constant] of constants) values.set(name, { kind: 'constant', ...constant });
  for (const [name, rank] of inputs) {
    if (rank === undefined || rank < 1) return false;
    values.set(name, { kind: 'rows', rank });
  }
  for (const node of nodes) {
    const found = valuesOf(
      node,
      node.inputs.map((name) => values.get(name)),
    );
    if (found === undefined) return false;
    for (const [at, name] of node.outputs.entries()) {
      values.set(name, found[at] ?? (found[0] as Value));
    }
  }
  return outputs.every((name) => values.get(name)?.kind === 'rows');
}

/** The values that a node makes; the first one stands for further outputs. */
function valuesOf(
  node: GraphNode,
  inputs: readonly (Value | undefined)[],
): readonly Value[] | undefined {
  const { operator, domain } = node;
  if (node.inputs.some((name, at) => name !== '' && inputs[at] === undefined)) return undefined;
  if (domain === '' && operator === 'Constant') {
    const tensor = node.attributes.get('value')?.tensor;
    return tensor && [{ kind: 'constant', ...tensor }];
  }
  if (domain !== '' && domain !== 'ai.onnx.ml') return undefined;
  if (domain !== '' && CLASSIFIERS.has(operator)) {
    const [table] = inputs;
    if (table?.kind !== 'rows' || table.rank !== 2) return undefined;
    return [
      { kind: 'rows', rank: 1 },
      { kind: 'rows', rank: 2 },
    ];
  }
  const rule = (domain === '' ? ONNX_RULES : ML_RULES).get(operator);
  const value = rule?.(node, inputs);
  return value && [value];
}
