import { schemaEnforcementFailed } from '../../errors.ts';
import { type Column, type Frame, frame, type Label } from '../../model/frame.ts';
import type { ModelInput } from '../../model/model-input.ts';
import type { ColSpec, ScalarType } from '../../model/signature.ts';
import { rowOf, translatingCastErrors } from '../cast-error.ts';
import { enforceColumn } from './enforce-column.ts';
import { inputFrame } from './input-frame.ts';

/**
 * The strict step for columns: all required ones present, in the signature's order, each of a dtype
 * that fits.
 *
 * Shapes: [N][C'] in, [N][C] out, where C counts the declared columns that were sent.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE, class SCHEMA_ENFORCEMENT_FAILED
 * @see mlflow/models/utils.py, `_enforce_named_col_schema`, `_enforce_unnamed_col_schema`
 */
export function enforceColumns(
  input: ModelInput,
  specs: readonly ColSpec[],
  nowMs?: number,
): Frame {
  const given = translatingCastErrors(
    () => inputFrame(input),
    (error) => schemaEnforcementFailed(`the model takes columns: expected ${error.message}`),
  );
  const isNamed = specs[0]?.name !== undefined;
  return isNamed ? enforceNamed(given, specs, nowMs) : enforceUnnamed(given, specs, nowMs);
}

function enforceNamed(given: Frame, specs: readonly ColSpec[], nowMs: number | undefined): Frame {
  checkPresent(given, specs);
  const types = new Map(specs.map((spec) => [spec.name, spec.type as ScalarType]));
  const columns = new Map<Label, Column>();
  for (const { name } of specs) {
    // MLflow looks an empty name up by position, and never finds it among the names.
    if (!name) throw schemaEnforcementFailed('a column of the signature has an empty name');
    const found = given.columns.filter((column) => column.label === name);
    const [first] = found;
    if (first === undefined) continue;
    if (found.length > 1) throw schemaEnforcementFailed(`column "${name}" is there twice`);
    columns.set(name, enforce(first, types.get(name) as ScalarType, nowMs));
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
    const isRepeated = given.columns.filter((other) => other.label === input.label).length > 1;
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
