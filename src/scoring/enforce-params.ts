import { badRequest, ServingError } from '../errors.ts';
import type { JsonValue } from '../model/json-value.ts';
import { type ParamResult, paramScalar } from '../model/param-value.ts';
import type { PyDict, PyValue } from '../model/py-value.ts';
import type { ParamSpec, ScalarType } from '../model/signature.ts';
import { discoverShape } from './array/discover-shape.ts';
import { CastError } from './cast-error.ts';
import type { ClockOptions } from './clock-options.ts';
import { plainValue } from './plain-value.ts';
import { objectProblem } from './strict/object-param.ts';

/**
 * Check and convert the params of a request; fill in what it leaves out.
 *
 * Without declared params the model gets an empty dict for anything sent, and nothing for nothing.
 * Sent params come first, in the request's order, then defaults in the signature's.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE naming every param that does not fit; BAD_REQUEST for
 *   a ragged list, on which MLflow stumbles
 * @see mlflow/models/utils.py, `_enforce_params_schema`
 */
export function enforceParams(
  params: JsonValue | undefined,
  specs: readonly ParamSpec[] | undefined,
  options: ClockOptions = {},
): PyDict | null {
  if (specs === undefined) return params == null ? null : new Map();
  const sent = params ?? new Map<string, JsonValue>();
  if (!(sent instanceof Map)) throw invalidParams('params: expected an object');
  const result: PyDict = new Map();
  const specByName = new Map(specs.map((spec) => [spec.name, spec]));
  const problems: string[] = [];
  for (const name of sent.keys()) if (specByName.has(name)) result.set(name, null);
  for (const spec of specs) {
    const value = sent.has(spec.name) ? plainValue(sent.get(spec.name) as JsonValue) : spec.default;
    const checked = checkParam(value as JsonValue, spec, options.nowMs);
    if ('problem' in checked) problems.push(`param "${spec.name}": ${checked.problem}`);
    else result.set(spec.name, checked.value);
  }
  if (problems.length > 0) throw invalidParams(problems.join('; '));
  return result;
}

const invalidParams = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);

function checkParam(value: JsonValue, spec: ParamSpec, nowMs: number | undefined): ParamResult {
  if (spec.type === 'object') {
    const problem = objectProblem(value as PyValue, spec.properties ?? null);
    return problem === undefined ? { value: value as PyValue } : { problem };
  }
  if (spec.shape === null) return paramScalar(value, spec.type, nowMs);
  return listParam(value, spec.name, spec.type, nowMs);
}

function listParam(
  value: JsonValue,
  name: string,
  type: ScalarType,
  nowMs: number | undefined,
): ParamResult {
  if (!Array.isArray(value)) return { problem: 'expected a list' };
  if (dimensions(value, name) !== 1) return { problem: 'expected a list without lists in it' };
  const items: PyValue[] = [];
  for (const [index, item] of value.entries()) {
    const checked = paramScalar(item, type, nowMs);
    if ('problem' in checked) return { problem: `element ${index}: ${checked.problem}` };
    items.push(checked.value);
  }
  return { value: items };
}

function dimensions(value: JsonValue[], name: string): number {
  try {
    return discoverShape(value as PyValue[], false).length;
  } catch (error) {
    if (!(error instanceof CastError)) throw error;
    throw badRequest(`param "${name}": expected ${error.message}`);
  }
}
