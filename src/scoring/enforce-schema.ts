import type { ModelInput } from '../model/model-input.ts';
import type { Schema } from '../model/signature.ts';
import { checkServable } from './check-servable.ts';
import type { ClockOptions } from './clock-options.ts';
import { enforceColumns } from './strict/enforce-columns.ts';
import { enforceTensors } from './strict/enforce-tensors.ts';

/**
 * MLflow's strict step: make sure that an input is what the signature declares, and put it in the
 * signature's order.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE, class SCHEMA_ENFORCEMENT_FAILED, when it is not;
 *   BAD_REQUEST for nested columns, which only the Python runtime serves
 * @see mlflow/models/utils.py, `_enforce_schema`
 */
export function enforceSchema(
  input: ModelInput,
  schema: Schema,
  options: ClockOptions = {},
): ModelInput {
  checkServable(schema);
  return schema.kind === 'columns'
    ? enforceColumns(input, schema, options.nowMs)
    : enforceTensors(input, schema.inputs);
}
