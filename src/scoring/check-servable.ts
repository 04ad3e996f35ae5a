import { badRequest } from '../errors.ts';
import type { NestedType, Signature } from '../model/signature.ts';

const NESTED: ReadonlySet<string> = new Set<NestedType>([
  'array',
  'object',
  'map',
  'any',
  'sparkml_vector',
]);

/**
 * Refuse signatures that only MLflow's own Python code can serve.
 *
 * @throws {ServingError} BAD_REQUEST for nested columns
 */
export function checkServable(signature: Signature | undefined): void {
  if (signature?.inputs?.kind !== 'columns') return;
  const nested = signature.inputs.inputs.find((spec) => NESTED.has(spec.type));
  if (nested === undefined) return;
  const name = nested.name === undefined ? 'a column' : `column "${nested.name}"`;
  throw badRequest(
    `${name} is of type ${nested.type}, which cannot be fed to ONNX; the model needs the Python runtime`,
  );
}
