import { ServingError } from '../errors.ts';
import { canonicalStage, cap } from '../registry/missing-version.ts';
import type { Pointer } from '../registry/pointer.ts';
import { isKeyPart, type PointerKind } from '../registry/published-layout.ts';

/** Which alias or stage of which model. */
export interface PointerName {
  /** The registered model. */
  readonly name: string;
  readonly kind: PointerKind;
  /** The alias, or the stage. */
  readonly pointer: string;
}

const MAX_ALIAS_CHARACTERS = 255;
/** MLflow's databases keep versions in 32 bits. */
const MAX_VERSION_DIGITS = 9;
const MAX_MOVED_BY_CHARACTERS = 200;

/**
 * The same pointer, its stage in MLflow's spelling.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for what MLflow would not take as the name of a model, an alias or a stage
 * @see mlflow/utils/validation.py, `_validate_model_alias_name`, `_validate_model_alias_name_reserved`
 */
export function checkPointerName({ name, kind, pointer }: PointerName): PointerName {
  checkModelName(name);
  if (kind === 'stage') return { name, kind, pointer: canonicalStage(name, pointer) };
  if (!/^[\p{L}\p{N}_-]+$/u.test(pointer) || pointer.length > MAX_ALIAS_CHARACTERS) {
    throw invalid(
      `${quote(pointer)} cannot be an alias: expected letters, digits, "_" and "-", at most ${MAX_ALIAS_CHARACTERS}`,
    );
  }
  if (/^(latest|v\d+)$/i.test(pointer)) {
    throw invalid(
      `the alias "${cap(pointer)}" is reserved: models:/<name>/latest and models:/<name>/<version> say that already; choose another word`,
    );
  }
  return { name, kind, pointer };
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE for what cannot be a registered model's name */
export function checkModelName(name: string): void {
  if (isKeyPart(name) && name.trim() !== '' && !/[/:]/.test(name)) return;
  throw invalid(
    `${quote(name)} cannot be the name of a model: it must not be empty or hold "/" or ":"`,
  );
}

/**
 * A version as keys have it: `03` is `3`.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE
 */
export function checkVersion(version: string): string {
  const digits = /^0*([1-9]\d*)$/.exec(version)?.[1];
  if (digits !== undefined && digits.length <= MAX_VERSION_DIGITS) return digits;
  throw invalid(`${quote(version)} is no version: expected a whole number above 0`);
}

/** For messages: `alias "champion" of model "wine"`. */
export const describePointer = ({ name, kind, pointer }: PointerName): string =>
  kind === 'alias'
    ? `alias "${cap(pointer)}" of model "${cap(name)}"`
    : `stage ${pointer} of model "${cap(name)}"`;

/**
 * The bytes of a pointer that we write.
 *
 * @see docs/published-layout.md
 */
export function encodePointer(pointer: Pointer): Uint8Array {
  const { version, sequence, action, restores, movedAt, movedBy, change } = pointer;
  const object = {
    version,
    sequence,
    action,
    restores,
    moved_at: movedAt,
    moved_by: movedBy?.slice(0, MAX_MOVED_BY_CHARACTERS),
    change,
  };
  return Buffer.from(`${JSON.stringify(object)}\n`);
}

const quote = (text: string): string => JSON.stringify(cap(text));

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
