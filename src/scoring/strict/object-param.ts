import { isJsonList, type JsonValue } from '../../model/json-value.ts';
import type { PyValue } from '../../model/py-value.ts';
import { SCALAR_TYPES } from '../../model/schema-from-specs.ts';
import type { ScalarType } from '../../model/signature.ts';
import { castStorage } from '../array/cast-storage.ts';
import { CastError } from '../cast-error.ts';
import { inferColumn } from '../frame/infer-column.ts';
import { NUMPY_DTYPE } from '../inputs/convert-value.ts';
import { enforceColumn } from './enforce-column.ts';

type Properties = ReadonlyMap<string, JsonValue>;

/** What the date `now` means; the result of a check is thrown away, so any moment will do. */
const ANY_MS = 0;

/**
 * Check a param of type object against its properties; the value itself is never converted.
 *
 * @param properties what the MLmodel has under `properties`
 * @returns what is wrong, or undefined
 * @see mlflow/models/utils.py, `_enforce_object`
 */
export function objectProblem(value: PyValue, properties: JsonValue): string | undefined {
  try {
    checkObject(value, properties as Properties, true);
    return undefined;
  } catch (error) {
    if (error instanceof CastError) return `expected ${error.message}`;
    throw error;
  }
}

function checkObject(value: PyValue, properties: Properties, isRequired: boolean): void {
  const isEmpty = value === null || (value instanceof Map && value.size === 0);
  if (!isRequired && isEmpty) return;
  if (!(value instanceof Map)) throw new CastError('an object');
  for (const [name, property] of properties) {
    if (isRequiredProperty(property) && !value.has(name)) {
      throw new CastError(`property "${name}"`);
    }
  }
  for (const [name, item] of value) {
    const property = properties.get(name);
    if (property === undefined) throw new CastError('no properties beside the declared ones');
    checkType(item, property as Properties, isRequiredProperty(property));
  }
}

const isRequiredProperty = (property: JsonValue): boolean =>
  (property as Properties).get('required') !== false;

function checkType(value: PyValue, spec: Properties, isRequired: boolean): void {
  const type = spec.get('type');
  if (type === 'any') return;
  if (type === 'object') checkObject(value, spec.get('properties') as Properties, isRequired);
  else if (type === 'map') checkMap(value, spec.get('values') as Properties, isRequired);
  else if (type === 'array') checkArray(value, spec.get('items') as Properties, isRequired);
  else if (type === 'sparkml_vector') checkArray(value, DOUBLES, isRequired);
  else checkScalar(value, type as ScalarType, isRequired);
}

/** The items of a vector of Spark. */
const DOUBLES: Properties = new Map([['type', 'double']]);

function checkScalar(value: PyValue, type: ScalarType, isRequired: boolean): void {
  if (!isRequired && (value === null || Number.isNaN(value))) return;
  if (value === null || value instanceof Map || isJsonList(value as JsonValue)) {
    throw new CastError('a single value');
  }
  enforceColumn(inferColumn(null, [value]), type, ANY_MS);
}

function checkArray(value: PyValue, items: Properties, isRequired: boolean): void {
  const isEmpty = value === null || (Array.isArray(value) && value.length === 0);
  if ((!isRequired || items.get('type') === 'any') && isEmpty) return;
  if (!Array.isArray(value)) throw new CastError('a list');
  const type = items.get('type');
  if (!SCALAR_TYPES.has(type as string)) {
    for (const item of value) checkType(item, items, isRequired);
  } else if (value.length > 0) {
    const scalar = type as ScalarType;
    const { dtype, data } = enforceColumn(inferColumn(null, value), scalar, ANY_MS);
    castStorage(dtype, data as never, NUMPY_DTYPE[scalar]);
  }
}

function checkMap(value: PyValue, values: Properties, isRequired: boolean): void {
  const isEmpty = value === null || (value instanceof Map && value.size === 0);
  if ((!isRequired || values.get('type') === 'any') && isEmpty) return;
  if (!(value instanceof Map)) throw new CastError('an object');
  for (const item of value.values()) checkType(item, values, isRequired);
}
