import { malformedObject, parseJsonObject } from './parse-json-object.ts';

/** What an alias or a stage says. */
export interface Pointer {
  /** `null`: a tombstone, the alias or stage has been removed. */
  readonly version: string | null;
  /** Counts the changes; absent when another tool wrote the pointer. */
  readonly sequence?: number;
  readonly action?: PointerAction;
  /** The sequence whose state this one brings back. */
  readonly restores?: number;
  /** ISO 8601. */
  readonly movedAt?: string;
  readonly movedBy?: string;
  /** Told apart from every other change, even one to the same version at the same moment. */
  readonly change?: string;
}

export type PointerAction = 'promote' | 'demote' | 'rollback';

/** As many digits as a key of the history has. */
export const MAX_SEQUENCE = 99_999_999;

/**
 * Read a pointer (`aliases/…`, `stages/…`, `history/…`).
 *
 * Only `version` is required, so that any tool can write one; what it adds must make sense.
 *
 * @param where for messages: which pointer it is
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when it names no version, or its sequence is none
 * @see docs/published-layout.md
 */
export function parsePointer(bytes: Uint8Array, where: string): Pointer {
  const source = { what: where, remedy: 'repair the object, or delete it and promote again' };
  const value = parseJsonObject(bytes, source);
  const fault = (problem: string) => malformedObject(source, problem);
  const { version, sequence, restores } = value;
  if (version !== null && !(typeof version === 'string' && /^[1-9]\d*$/.test(version))) {
    throw fault('"version" must be a number in quotes, or null');
  }
  if (sequence !== undefined && !isSequence(sequence)) {
    throw fault('"sequence" must be a whole number above 0');
  }
  if (restores !== undefined && !isSequence(restores)) {
    throw fault('"restores" must be a whole number above 0');
  }
  const action = ACTIONS.find((known) => known === value['action']);
  return {
    version,
    ...(sequence !== undefined && { sequence }),
    ...(restores !== undefined && { restores }),
    ...(action && { action }),
    ...textField('movedAt', value['moved_at']),
    ...textField('movedBy', value['moved_by']),
    ...textField('change', value['change']),
  };
}

const ACTIONS: readonly PointerAction[] = ['promote', 'demote', 'rollback'];

const isSequence = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_SEQUENCE;

const textField = <K extends string>(name: K, value: unknown): { readonly [P in K]?: string } =>
  (typeof value === 'string' ? { [name]: value } : {}) as { readonly [P in K]?: string };
