import { ServingError } from '../errors.ts';
import type { Environment } from '../http-client/read-variable.ts';
import { parseSecretReference } from './parse-secret-reference.ts';
import { createSecretSource, type SecretSource } from './secret-source.ts';

/** Names where the secret is that MLflow signs its webhooks with. */
export const WEBHOOK_SECRET_VARIABLE = 'MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET';

export interface WebhookSecretsOptions {
  /** None of those remembered fits: look again, if that has not just been done. @default false */
  readonly again?: boolean;
}

/** The secrets that are good now, the newest first. @throws {ServingError} as `SecretSource.read` */
export type WebhookSecrets = (options?: WebhookSecretsOptions) => Promise<readonly string[]>;

/** While a secret is rotated, the one before it is good for so long; ms. */
const OVERLAP_MS = 24 * 60 * 60_000;
/** Forged webhooks must not become as many calls of what keeps the secret; ms. */
const AGAIN_AFTER_MS = 10_000;
/** That there is no version before is remembered for so long; ms. */
const ABSENT_MS = 5 * 60_000;

/**
 * The secrets of webhooks, from Secrets Manager, SSM or Key Vault.
 *
 * MLflow and the secret cannot be changed at the same moment. So for a day after a rotation the version before is
 * good, too (Secrets Manager's `AWSPREVIOUS`); SSM does not say when it was, and there only the newest is.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the variable is not set, or names no place of a secret
 */
export function createWebhookSecrets(
  environment: Environment,
  source: SecretSource = createSecretSource(environment),
  now: () => number = Date.now,
): WebhookSecrets {
  const text = environment[WEBHOOK_SECRET_VARIABLE];
  if (!text?.trim()) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `${WEBHOOK_SECRET_VARIABLE} is not set: name the place of the secret that MLflow signs its webhooks with`,
    );
  }
  const reference = parseSecretReference(text, WEBHOOK_SECRET_VARIABLE);
  let askedAgainMs = Number.NEGATIVE_INFINITY;
  let noPreviousUntilMs = Number.NEGATIVE_INFINITY;

  /** Most secrets have no version before; and one that cannot be used takes nothing from the current one. */
  async function findPrevious(): Promise<string | undefined> {
    if (now() < noPreviousUntilMs) return undefined;
    try {
      return (await source.read(reference, 'previous')).value;
    } catch (error) {
      if (!(error instanceof ServingError)) throw error;
      noPreviousUntilMs = now() + ABSENT_MS;
      return undefined;
    }
  }

  return async ({ again = false } = {}) => {
    if (again && now() >= askedAgainMs + AGAIN_AFTER_MS) {
      askedAgainMs = now();
      noPreviousUntilMs = now();
      source.forget(reference);
    }
    const { value, createdAtMs } = await source.read(reference);
    const isRotating = createdAtMs !== undefined && now() < createdAtMs + OVERLAP_MS;
    const previous = isRotating ? await findPrevious() : undefined;
    return previous === undefined || previous === value ? [value] : [value, previous];
  };
}
