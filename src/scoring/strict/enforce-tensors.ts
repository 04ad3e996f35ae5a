import { schemaEnforcementFailed } from '../../errors.ts';
import { type Column, isFrame } from '../../model/frame.ts';
import { frameToArray } from '../../model/frame-to-array.ts';
import type { ModelInput } from '../../model/model-input.ts';
import { isNdArray, type NdArray } from '../../model/nd-array.ts';
import type { PyDict } from '../../model/py-value.ts';
import type { TensorSpec } from '../../model/signature.ts';
import { isNumpyScalar } from '../array/numpy-scalar.ts';
import { translatingCastErrors } from '../cast-error.ts';
import type { IndexedFrame } from '../frame/row-index.ts';
import { enforceTensor } from './enforce-tensor.ts';
import { tensorFromColumn } from './tensor-from-column.ts';

/**
 * The strict step for tensors: each declared one present, of its dtype and shape.
 *
 * Shapes: one unnamed tensor gives an array, named ones a dict of arrays in the signature's order.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE, class SCHEMA_ENFORCEMENT_FAILED
 * @see mlflow/models/utils.py, `_enforce_tensor_schema`
 */
export function enforceTensors(input: ModelInput, specs: readonly TensorSpec[]): ModelInput {
  const [first] = specs;
  const isNamed = first?.name !== undefined;
  return translatingCastErrors(
    () => (isNamed ? enforceNamed(input, specs) : enforceUnnamed(input, first as TensorSpec)),
    (error) => schemaEnforcementFailed(`the model takes tensors: expected ${error.message}`),
  );
}

function enforceNamed(input: ModelInput, specs: readonly TensorSpec[]): PyDict {
  const names = new Set(specs.map((spec) => spec.name));
  const find = finder(input, names.size === 1);
  const missing = specs.filter((spec, i) => find(spec.name, i) === undefined);
  if (missing.length > 0) {
    const list = missing.map((spec) => `"${spec.name}"`).join(', ');
    throw schemaEnforcementFailed(`the model needs ${list}, missing from the input`);
  }
  const result: PyDict = new Map();
  specs.forEach((spec, i) => {
    result.set(spec.name || String(i), find(spec.name, i)?.(spec) as NdArray);
  });
  return result;
}

type Finder = (
  name: string | undefined,
  position: number,
) => ((spec: TensorSpec) => NdArray) | undefined;

/** How to get at a tensor by name; an empty name stands for its position. */
function finder(input: ModelInput, isSingle: boolean): Finder {
  if (isFrame(input)) {
    return (name, position) => {
      const label = name || BigInt(position);
      const found = input.columns.filter((column) => column.label === label);
      if (found.length === 0) return undefined;
      return (spec) => {
        if (found.length > 1) throw schemaEnforcementFailed(`column "${name}" is there twice`);
        return tensorFromColumn(found[0] as Column, input as IndexedFrame, spec);
      };
    };
  }
  if (input instanceof Map) {
    return (name) =>
      name && input.has(name) ? (spec) => checked(input.get(name), spec) : undefined;
  }
  if (isNdArray(input) && isSingle) return () => (spec) => checked(input, spec);
  return () => undefined;
}

function checked(value: unknown, spec: TensorSpec): NdArray {
  if (isNdArray(value) && !isNumpyScalar(value)) return enforceTensor(value, spec);
  throw schemaEnforcementFailed(`tensor "${spec.name}": expected a list`);
}

function enforceUnnamed(input: ModelInput, spec: TensorSpec): NdArray {
  if (isNdArray(input) && !isNumpyScalar(input)) return enforceTensor(input, spec);
  if (!isFrame(input)) throw schemaEnforcementFailed('the model takes one tensor: send a list');
  const { columns, rowCount } = input;
  const [first] = columns;
  if (first === undefined || rowCount === 0) throw schemaEnforcementFailed('the frame is empty');
  if (columns.length === 1) return tensorFromColumn(first, input as IndexedFrame, spec);
  if (spec.shape.join() !== `-1,${columns.length}`) {
    throw schemaEnforcementFailed(
      `a frame of ${columns.length} columns does not fit the tensor's shape`,
    );
  }
  return enforceTensor(frameToArray(input), spec);
}
