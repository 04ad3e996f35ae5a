import { ServingError } from '../errors.ts';
import { decodeJson } from './decode-json.ts';
import { paramsFromSpecs } from './params-from-specs.ts';
import { schemaFromSpecs } from './schema-from-specs.ts';
import type { Signature } from './signature.ts';

export { paramsFromSpecs } from './params-from-specs.ts';
export { schemaFromSpecs } from './schema-from-specs.ts';

/** `signature` of an MLmodel: each part is a JSON text. Outputs are never used. */
export interface RawSignature {
  readonly inputs?: string | null;
  readonly outputs?: string | null;
  readonly params?: string | null;
}

/** What an MLmodel says beside the signature. */
export interface SignatureFlags {
  /** MLmodel's `is_signature_from_type_hint`. @default false */
  readonly isFromTypeHint?: boolean;
}

/**
 * Parse the signature of an MLmodel.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE naming what is wrong: text that is not JSON, an
 *   unknown type, named beside unnamed inputs, columns beside tensors, a default of the wrong type
 * @see mlflow/models/signature.py, `ModelSignature.from_dict`; mlflow/types/schema.py
 */
export function parseSignature(raw: RawSignature, flags: SignatureFlags = {}): Signature {
  return {
    inputs: raw.inputs ? schemaFromSpecs(decodeList('inputs', raw.inputs)) : undefined,
    params: raw.params ? paramsFromSpecs(decodeList('params', raw.params)) : undefined,
    isFromTypeHint: flags.isFromTypeHint ?? false,
  };
}

function decodeList(part: string, text: string): readonly unknown[] {
  try {
    const decoded = decodeJson(text);
    if (Array.isArray(decoded)) return decoded;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `signature.${part} of the MLmodel is not valid JSON`,
      { cause: error },
    );
  }
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `signature.${part} of the MLmodel is not a list of specs`,
  );
}
