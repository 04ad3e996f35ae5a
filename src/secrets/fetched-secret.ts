import type { SecretReference } from './parse-secret-reference.ts';

/** While a secret is rotated, the one before it is of use, too. */
export type SecretStage = 'current' | 'previous';

export interface FetchedSecret {
  /** Without a line break at its end, which files and editors put there. */
  readonly value: string;
  /** When this version was made; ms since epoch. Parameters of SSM do not say. */
  readonly createdAtMs?: number;
}

/**
 * Read a secret where it is kept, each time anew.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it is not there, empty, binary or lacks the key, or no region is
 *   known; UNAUTHENTICATED, PERMISSION_DENIED naming the action or role that is needed, TEMPORARILY_UNAVAILABLE;
 *   NOT_IMPLEMENTED for Key Vault where this package has no client for it. No message holds a value.
 */
export type FetchSecret = (
  reference: SecretReference,
  stage?: SecretStage,
) => Promise<FetchedSecret>;
