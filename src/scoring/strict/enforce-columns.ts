import { schemaEnforcementFailed } from '../../errors.ts';
import { type Column, type Frame, frame, isFrame, type Label } from '../../model/frame.ts';
import type { ModelInput } from '../../model/model-input.ts';
import type { ColSpec, ScalarType, Schema } from '../../model/signature.ts';
import { rowOf, translatingCastErrors } from '../cast-error.ts';
import { compileSchema } from '../compile-schema.ts';
import { isSameLabel } from '../frame/row-index.ts';
import { enforceColumn } from './enforce-column.ts';
import { inputFrame } from './input-frame.ts';

type ColumnSchema = Extract<Schema, { kind: 'columns' }>;

/**
 * The strict step for columns: all required ones present, in the signature's order, each of a dtype
 * that fits.
 *
 * Shapes: [N][C'] in, [N][C] out, where C counts the declared columns that were sent.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE, class SCHEMA_ENFORCEMENT_FAILED
 * @see mlflow/models/utils.py, `_enforce_named_col_schema`, `_enforce_unnamed_col_schema`
 */
export function enforceColumns(input: ModelInput, schema: ColumnSchema, nowMs?: number): Frame {
  if (isFrame(input) && isExact(input, schema)) return frame(input.rowCount, input.columns);
  const given = translatingCastErrors(
    () => inputFrame(input),
    (error) => schemaEnforcementFailed(`the model takes columns: expected ${error.message}`),
  );
  const specs = schema.inputs;
  const isNamed = specs[0]?.name !== undefined;
  return isNamed ? enforceNamed(given, specs, nowMs) : enforceUnnamed(given, specs, nowMs);
}

/** Whether the parse step already left just the declared columns, in order, each of its dtype. */
function isExact({ columns }: Frame, schema: ColumnSchema): boolean {
  const { names, dtypes, isSimple } = compileSchema(schema);
  if (!isSimple || columns.length !== names.length) return false;
  for (let i = 0; i < columns.length; i++) {
    const { label, dtype } = columns[i] as Column;
    if (label !== names[i] || dtype !== dtypes[i]) return false;
  }
  return true;
}

function enforceNamed(given: Frame, specs: readonly ColSpec[], nowMs: number | undefined): Frame {
  checkPresent(given, specs);
  const types = new Map(specs.map((spec) => [spec.name, spec.type as ScalarType]));
  const found = new Map<Label, Column>();
  const repeated = new Set<Label>();
  for (const item of given.columns) {
    if (found.has(item.label)) repeated.add(item.label);
    else found.set(item.label, item);
  }
  const columns = new Map<Label, Column>();
  for (const { name } of specs) {
    // MLflow looks an empty name up by position, and never finds it among the names.
    if (!name) throw schemaEnforcementFailed('a column of the signature has an empty name');
    if (repeated.has(name)) throw schemaEnforcementFailed(`column "${name}" is there twice`);
    const input = found.get(name);
    if (input !== undefined) {
      columns.set(name, enforce(input, types.get(name) as ScalarType, nowMs));
    }
  }
  // Without any column pandas has no rows either.
  return frame(columns.size === 0 ? 0 : given.rowCount, [...columns.values()]);
}

function checkPresent(given: Frame, specs: readonly ColSpec[]): void {
  const labels = new Set<Label>(given.columns.map((column) => column.label));
  const missing = specs.filter((spec, i) => spec.required && !labels.has(spec.name || BigInt(i)));
  if (missing.length === 0) return;
  const names = missing.map((spec) => `"${spec.name}"`).join(', ');
  throw schemaEnforcementFailed(`the model needs ${names}, missing from the input`);
}

function enforceUnnamed(given: Frame, specs: readonly ColSpec[], nowMs: number | undefined): Frame {
  if (given.columns.length < specs.length) {
    throw schemaEnforcementFailed(
      `the model takes ${specs.length} columns; the input has ${given.columns.length}`,
    );
  }
  const columns = specs.map((spec, i) => {
    const input = given.columns[i] as Column;
    const isRepeated =
      given.columns.filter((other) => isSameLabel(other.label, input.label)).length > 1;
    if (isRepeated) throw schemaEnforcementFailed(`column "${input.label}" is there twice`);
    return enforce(input, spec.type as ScalarType, nowMs);
  });
  return frame(given.rowCount, columns);
}

const enforce = (input: Column, type: ScalarType, nowMs: number | undefined): Column =>
  translatingCastErrors(
    () => enforceColumn(input, type, nowMs),
    (error) =>
      schemaEnforcementFailed(`column "${input.label}"${rowOf(error)}: expected ${error.message}`),
  );
