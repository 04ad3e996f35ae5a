import { secretPlace } from '../config/endpoint-environment.ts';
import type { EndpointFile, SecretReference } from '../config/endpoint-schema.ts';

/** A secret in Key Vault. */
export interface VaultSecret {
  readonly vault: string;
  readonly name: string;
}

/**
 * The variables of what follows MLflow's webhooks, with the places of secrets, which the function app reads itself; main.bicep adds where
 * models are published to. None without `events`.
 *
 * @see src/config/events-configuration.ts
 */
export function followingSettings(file: EndpointFile): Record<string, string> {
  const { events } = file;
  if (events === undefined) return {};
  return {
    ...registrySettings(file),
    MLFLOW_SERVERLESS_PUBLISH_ON: events.publishOn.join(','),
    MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: secretPlace(events.webhookSecret),
    ...(events.aliases && { MLFLOW_SERVERLESS_EVENT_ALIASES: events.aliases.join(',') }),
  };
}

/** The variables that lead to the MLflow server, for whoever publishes from there, too. None without `registry`. */
export function registrySettings({ registry }: EndpointFile): Record<string, string> {
  if (registry === undefined) return {};
  const { uri, username, password, token, workspace } = registry;
  return {
    MLFLOW_TRACKING_URI: uri,
    ...(username && { MLFLOW_TRACKING_USERNAME_SECRET: secretPlace(username) }),
    ...(password && { MLFLOW_TRACKING_PASSWORD_SECRET: secretPlace(password) }),
    ...(token && { MLFLOW_TRACKING_TOKEN_SECRET: secretPlace(token) }),
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

const addressOf = (secret: SecretReference | undefined): string =>
  secret !== undefined && 'keyVaultSecret' in secret ? secret.keyVaultSecret : '';
