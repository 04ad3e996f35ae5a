import { ServingError } from '../errors.ts';
import type { Environment } from '../http-client/read-variable.ts';
import { createSecretFetcher } from './fetch-secret.ts';
import type { FetchedSecret, FetchSecret, SecretStage } from './fetched-secret.ts';
import type { SecretReference } from './parse-secret-reference.ts';

/** Secrets by reference, remembered for a while. */
export interface SecretSource {
  /** Concurrent callers share one lookup. @throws {ServingError} as `FetchSecret` */
  read(reference: SecretReference, stage?: SecretStage): Promise<FetchedSecret>;
  /** What `read` gave was refused: look it up again next time. */
  forget(reference: SecretReference): void;
}

export interface SecretSourceOptions {
  /** @default one over AWS's services and Key Vault */
  readonly fetchSecret?: FetchSecret;
  /** @default Date.now - ms */
  readonly now?: () => number;
}

/** A rotated secret that nobody refuses is noticed after this; ms. */
const REMEMBERED_MS = 5 * 60_000;
/** The next attempt when the service could not be reached and the value from before stands in; ms. */
const STALE_MS = 30_000;

interface Remembered {
  secret?: FetchedSecret;
  freshUntilMs: number;
  pending?: Promise<FetchedSecret>;
}

/**
 * While the service is out of reach, a value that was read before goes on being used: an outage of Secrets
 * Manager or Key Vault is none of the endpoint. A failed first lookup is not remembered.
 */
export function createSecretSource(
  environment: Environment,
  options: SecretSourceOptions = {},
): SecretSource {
  const { fetchSecret = createSecretFetcher(environment), now = Date.now } = options;
  const entries = new Map<string, Remembered>();

  async function lookUp(
    entry: Remembered,
    reference: SecretReference,
    stage: SecretStage,
  ): Promise<FetchedSecret> {
    try {
      entry.secret = await fetchSecret(reference, stage);
      entry.freshUntilMs = now() + REMEMBERED_MS;
    } catch (error) {
      const isOutage = error instanceof ServingError && error.code === 'TEMPORARILY_UNAVAILABLE';
      if (!isOutage || entry.secret === undefined) throw error;
      entry.freshUntilMs = now() + STALE_MS;
    } finally {
      delete entry.pending;
    }
    return entry.secret;
  }

  return {
    async read(reference, stage = 'current') {
      const name = nameOf(reference, stage);
      const entry = entries.get(name) ?? { freshUntilMs: 0 };
      entries.set(name, entry);
      if (entry.secret && now() < entry.freshUntilMs) return entry.secret;
      entry.pending ??= lookUp(entry, reference, stage);
      return entry.pending;
    },
    forget(reference) {
      for (const stage of ['current', 'previous'] as const) {
        const entry = entries.get(nameOf(reference, stage));
        if (entry) entry.freshUntilMs = 0;
      }
    },
  };
}

const nameOf = ({ service, id, key = '' }: SecretReference, stage: SecretStage): string =>
  [service, id, key, stage].join('#');
