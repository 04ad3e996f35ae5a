import { badRequest } from '../../errors.ts';
import type { JsonValue } from '../../model/json-value.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import type { Schema } from '../../model/signature.ts';
import { plainValue } from '../plain-value.ts';
import { convertValue, type InputSpec } from './convert-value.ts';

/** The declared inputs by name; empty when they have none. A repeated name means the last one. */
export function specsByName(schema: Schema | undefined): ReadonlyMap<string, InputSpec> {
  const inputs: readonly InputSpec[] = schema?.inputs ?? [];
  return new Map(
    inputs.flatMap((spec) => (spec.name === undefined ? [] : [[spec.name, spec] as const])),
  );
}

/**
 * The lenient step for `inputs`: convert lists, objects of lists and lists of objects to arrays.
 *
 * Shapes: a list or value gives one array; an object a dict of arrays; a list of objects a list of
 *   dicts of arrays; an empty list stays one.
 *
 * @throws {ServingError} BAD_REQUEST naming the input that does not convert
 * @see mlflow/utils/proto_json_utils.py, `_cast_schema_type`
 */
export function castInputs(json: JsonValue, schema: Schema | undefined, nowMs?: number): PyValue {
  const value = plainValue(json);
  const specs = specsByName(schema);
  const [first] = schema?.inputs ?? [];
  const isList = Array.isArray(value);
  if (schema !== undefined && specs.size === 0 && (value === null || value instanceof Map)) {
    throw badRequest(
      'the model has inputs without names: send a list or a single value, no object',
    );
  }
  if (isList && specs.size === 1 && !value.some((item) => item instanceof Map)) {
    const name = first?.name as string;
    return new Map([[name, convertValue(value, specs.get(name), nowMs, `input "${name}"`)]]);
  }
  if (value instanceof Map) return castDict(value, specs, nowMs, '');
  if (isList && value.every((item) => item instanceof Map)) {
    return value.map((item, row) => castDict(item, specs, nowMs, `, row ${row}`));
  }
  return convertValue(value, first, nowMs);
}

function castDict(
  dict: PyDict,
  specs: ReadonlyMap<string, InputSpec>,
  nowMs: number | undefined,
  row: string,
): PyDict {
  const converted: PyDict = new Map();
  for (const [name, value] of dict) {
    converted.set(name, convertValue(value, specs.get(name), nowMs, `input "${name}"${row}`));
  }
  return converted;
}
