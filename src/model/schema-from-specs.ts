import { findDtype } from './numpy-dtype.ts';
import type { ColSpec, NestedType, ScalarType, Schema, TensorSpec } from './signature.ts';
import { asSpec, invalidSignature, type RawSpec, shapeFrom } from './spec-fields.ts';

export const SCALAR_TYPES: ReadonlySet<string> = new Set<ScalarType>([
  'boolean',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'datetime',
]);

/** What a nested type must bring along. */
const NESTED_FIELDS: Readonly<Record<NestedType, 'items' | 'properties' | 'values' | undefined>> = {
  array: 'items',
  object: 'properties',
  map: 'values',
  any: undefined,
  sparkml_vector: undefined,
};

/**
 * Build a schema from the decoded `signature.inputs` of an MLmodel.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a list MLflow would not load
 * @see mlflow/types/schema.py, `Schema`
 */
export function schemaFromSpecs(list: readonly unknown[]): Schema {
  const specs = list.map((item, i) => asSpec(item, `input ${i}`));
  if (specs.length === 0) throw invalidSignature('it declares no inputs');
  const tensors = specs.filter((spec) => spec['type'] === 'tensor');
  if (tensors.length !== 0 && tensors.length !== specs.length) {
    throw invalidSignature('it mixes columns and tensors');
  }
  const schema: Schema =
    tensors.length === 0
      ? { kind: 'columns', inputs: specs.map(columnFrom) }
      : { kind: 'tensors', inputs: specs.map(tensorFrom) };
  checkNames(schema);
  return schema;
}

function checkNames({ kind, inputs }: Schema): void {
  const unnamed = inputs.filter((input) => input.name === undefined);
  if (unnamed.length === 0) return;
  if (unnamed.length !== inputs.length) throw invalidSignature('it mixes named and unnamed inputs');
  if (kind === 'tensors' && inputs.length > 1) {
    throw invalidSignature('several tensors need names');
  }
  if (kind === 'columns' && inputs.some((input) => !input.required)) {
    throw invalidSignature('an optional column needs a name');
  }
}

function columnFrom(spec: RawSpec, index: number): ColSpec {
  const name = nameOf(spec, index);
  const where = `column ${name === undefined ? index : `"${name}"`}`;
  const type = spec['type'];
  if (typeof type !== 'string') throw invalidSignature(`${where} has no type`);
  if (SCALAR_TYPES.has(type)) {
    return { type: type as ScalarType, name, required: isRequired(spec, true) };
  }
  if (!(type in NESTED_FIELDS)) throw invalidSignature(`${where} has an unknown type "${type}"`);
  const field = NESTED_FIELDS[type as NestedType];
  if (field !== undefined && (typeof spec[field] !== 'object' || spec[field] === null)) {
    throw invalidSignature(`${where} of type ${type} has no ${field}`);
  }
  return { type: type as NestedType, name, required: isRequired(spec, false) };
}

/** `optional` was written by MLflow 2.9 and 2.10 only. */
const isRequired = (spec: RawSpec, byDefault: boolean): boolean =>
  'required' in spec ? spec['required'] === true : spec['optional'] === true ? false : byDefault;

function tensorFrom(spec: RawSpec, index: number): TensorSpec {
  const name = nameOf(spec, index);
  const where = `tensor ${name === undefined ? index : `"${name}"`}`;
  const tensor = asSpec(spec['tensor-spec'], `tensor-spec of ${where}`);
  const written = tensor['dtype'];
  const dtype = typeof written === 'string' ? findDtype(written) : undefined;
  if (dtype === undefined) {
    throw invalidSignature(`${where} has no dtype that a request can be cast to`);
  }
  return { dtype, shape: shapeFrom(tensor['shape'], where), name };
}

function nameOf(spec: RawSpec, index: number): string | undefined {
  const name = spec['name'];
  if (name === undefined || name === null) return undefined;
  if (typeof name === 'string') return name;
  throw invalidSignature(`the name of input ${index} is not text`);
}
