import { toJsonValue } from './decode-json.ts';
import type { JsonValue } from './json-value.ts';
import { paramScalar } from './param-value.ts';
import { SCALAR_TYPES } from './schema-from-specs.ts';
import type { ParamSpec, ScalarType } from './signature.ts';
import { asSpec, invalidSignature, type RawSpec, shapeFrom } from './spec-fields.ts';

/**
 * Build the params of a model from the decoded `signature.params` of an MLmodel.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a list MLflow would not load, a default of the
 *   wrong type included
 * @see mlflow/types/schema.py, `ParamSpec`
 */
export function paramsFromSpecs(list: readonly unknown[]): readonly ParamSpec[] {
  const specs = list.map((item, i) => paramFrom(asSpec(item, `param ${i}`), i));
  const names = new Set<string>();
  for (const { name } of specs) {
    if (names.has(name)) throw invalidSignature(`it declares param "${name}" twice`);
    names.add(name);
  }
  return specs;
}

function paramFrom(spec: RawSpec, index: number): ParamSpec {
  const type = spec['type'] ?? spec['dtype'];
  if (!('name' in spec) || typeof type !== 'string' || !('default' in spec)) {
    throw invalidSignature(`param ${index} needs a name, a type and a default`);
  }
  const name = String(spec['name']);
  const shape = spec['shape'] == null ? null : shapeFrom(spec['shape'], `param "${name}"`);
  if (type === 'object') return objectParam(spec, name, shape);
  if (!SCALAR_TYPES.has(type) || type === 'binary') {
    throw invalidSignature(`param "${name}" has a type that params cannot have`);
  }
  const isFloat = type === 'float' || type === 'double';
  const value = toJsonValue(spec['default'], isFloat);
  checkDefault(name, value, type as ScalarType, shape);
  return { name, type: type as ScalarType, default: value, shape };
}

function objectParam(spec: RawSpec, name: string, shape: number[] | null): ParamSpec {
  const properties = toJsonValue(asSpec(spec['properties'], `properties of param "${name}"`));
  if (shape !== null) throw invalidSignature(`param "${name}" of type object cannot have a shape`);
  return { name, type: 'object', default: toJsonValue(spec['default']), shape, properties };
}

function checkDefault(
  name: string,
  value: JsonValue,
  type: ScalarType,
  shape: readonly number[] | null,
): void {
  if (shape !== null && (shape.length !== 1 || shape[0] !== -1)) {
    throw invalidSignature(`param "${name}" has a shape other than null and [-1]`);
  }
  if (shape !== null && !Array.isArray(value)) {
    throw invalidSignature(`the default of param "${name}" is not a list`);
  }
  for (const item of Array.isArray(value) && shape !== null ? value : [value]) {
    const result = paramScalar(item, type, 0);
    if ('problem' in result) {
      throw invalidSignature(`the default of param "${name}" does not fit: ${result.problem}`);
    }
  }
}
