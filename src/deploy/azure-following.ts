import type { EndpointFile, SecretReference } from '../config/endpoint-schema.ts';

/** A secret in Key Vault. */
export interface VaultSecret {
  readonly vault: string;
  readonly name: string;
}

/**
 * The variables of what follows MLflow's webhooks; main.bicep adds where models are published to. None without `events`.
 *
 * @see src/config/events-configuration.ts
 */
export function followingSettings({ events, registry }: EndpointFile): Record<string, string> {
  if (events === undefined || registry === undefined) return {};
  const { uri, username, password, token, workspace } = registry;
  return {
    MLFLOW_TRACKING_URI: uri,
    MLFLOW_SERVERLESS_PUBLISH_ON: events.publishOn.join(','),
    MLFLOW_SERVERLESS_WEBHOOK_SECRET: referTo(events.webhookSecret),
    ...(events.aliases && { MLFLOW_SERVERLESS_EVENT_ALIASES: events.aliases.join(',') }),
    ...(username && { MLFLOW_TRACKING_USERNAME: referTo(username) }),
    ...(password && { MLFLOW_TRACKING_PASSWORD: referTo(password) }),
    ...(token && { MLFLOW_TRACKING_TOKEN: referTo(token) }),
    ...(workspace !== undefined && { MLFLOW_WORKSPACE: workspace }),
  };
}

/** The secrets that the function app must be allowed to read. */
export function vaultSecrets({ events, registry }: EndpointFile): VaultSecret[] {
  if (events === undefined) return [];
  const { username, password, token } = registry ?? {};
  const found = [events.webhookSecret, username, password, token].flatMap((secret) => {
    const [, vault = '', name = ''] =
      /^https:\/\/([^.]+)\.[^/]+\/secrets\/([^/]+)/.exec(addressOf(secret)) ?? [];
    return vault === '' ? [] : [{ vault, name }];
  });
  return [...new Map(found.map((secret) => [`${secret.vault}/${secret.name}`, secret])).values()];
}

/** The platform reads the secret and puts it in the setting's place, by the identity of the function app. */
const referTo = (secret: SecretReference): string =>
  `@Microsoft.KeyVault(SecretUri=${addressOf(secret)})`;

const addressOf = (secret: SecretReference | undefined): string =>
  secret !== undefined && 'keyVaultSecret' in secret ? secret.keyVaultSecret : '';
