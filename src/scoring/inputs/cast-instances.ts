import { badRequest } from '../../errors.ts';
import type { JsonValue } from '../../model/json-value.ts';
import { isNdArray, type NdArray } from '../../model/nd-array.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import type { Schema } from '../../model/signature.ts';
import { isNumpyScalar } from '../array/numpy-scalar.ts';
import { stackArrays } from '../array/stack-arrays.ts';
import { translatingCastErrors } from '../cast-error.ts';
import { plainValue } from '../plain-value.ts';
import { castInputs, specsByName } from './cast-inputs.ts';
import { convertValue } from './convert-value.ts';

/**
 * The lenient step for `instances`: rows of objects are turned into one array per key.
 *
 * Shapes: N objects with values of [D…] give a dict of [N][D…]; anything else as `castInputs`.
 *
 * @throws {ServingError} BAD_REQUEST when a value does not convert, or the arrays that must be there
 *   have different lengths
 * @see mlflow/utils/proto_json_utils.py, `parse_instances_data`
 */
export function castInstances(
  json: JsonValue,
  schema: Schema | undefined,
  nowMs?: number,
): PyValue {
  const value = plainValue(json);
  const isRows = Array.isArray(value) && value[0] instanceof Map;
  const cast = isRows ? pivot(value, schema, nowMs) : castInputs(json, schema, nowMs);
  if (cast instanceof Map) checkLengths(cast, schema);
  return cast;
}

function pivot(
  rows: readonly PyValue[],
  schema: Schema | undefined,
  nowMs: number | undefined,
): PyDict {
  const specs = specsByName(schema);
  const arrays = new Map<string, NdArray[]>();
  for (const [row, item] of rows.entries()) {
    if (!(item instanceof Map)) throw badRequest(`instances, row ${row}: expected an object`);
    for (const [name, value] of item) {
      const where = `input "${name}", row ${row}`;
      const converted = convertValue(value, specs.get(name), nowMs, where);
      const list = arrays.get(name);
      if (list === undefined) arrays.set(name, [converted]);
      else list.push(converted);
    }
  }
  const stacked: PyDict = new Map();
  for (const [name, list] of arrays) {
    const translate = (error: Error) => badRequest(`input "${name}": expected ${error.message}`);
    stacked.set(
      name,
      translatingCastErrors(() => stackArrays(list), translate),
    );
  }
  return stacked;
}

/** Required inputs must have as many rows as each other; without a schema all must. */
function checkLengths(dict: PyDict, schema: Schema | undefined): void {
  const isNamed = schema?.inputs[0]?.name !== undefined;
  // MLflow counts an input with an empty name by its position, and so never finds it here.
  const isRequired = (name: string) =>
    name !== '' &&
    (schema?.kind === 'tensors'
      ? schema.inputs.some((spec) => spec.name === name)
      : schema?.inputs.some((spec) => spec.name === name && spec.required));
  const arrays = [...dict].filter(
    ([name, value]) => isNdArray(value) && !isNumpyScalar(value) && (!isNamed || isRequired(name)),
  );
  const lengths = new Set(arrays.map(([, value]) => (value as NdArray).shape[0]));
  if (lengths.has(undefined)) throw badRequest('instances: expected lists, not single values');
  if (lengths.size > 1) {
    throw badRequest('instances: expected as many values for each input as there are rows');
  }
}
