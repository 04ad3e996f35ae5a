import { badRequest } from '../errors.ts';
import type { Schema } from '../model/signature.ts';
import { compileSchema } from './compile-schema.ts';

/**
 * Refuse schemas that only MLflow's own Python code can serve.
 *
 * @throws {ServingError} BAD_REQUEST for nested columns
 */
export function checkServable(schema: Schema): void {
  const { nestedColumn } = compileSchema(schema);
  if (nestedColumn === undefined) return;
  const { name, type } = nestedColumn;
  throw badRequest(
    `${name === undefined ? 'a column' : `column "${name}"`} is of type ${type}, which cannot be fed to ONNX; the model needs the Python runtime`,
  );
}
