import type { RegistryEventsProps } from './registry-events-props.ts';

/**
 * The variables that the receiver of webhooks reads; of secrets, where they are kept.
 *
 * @see src/config/events-configuration.ts
 */
export function followingEnvironment(props: RegistryEventsProps): Record<string, string> {
  const { registry, store, modelUri, webhookSecret, publishOn = ['alias'], aliases } = props;
  const { uri, username, password, token, awsSigV4, workspace } = registry;
  return {
    MLFLOW_TRACKING_URI: uri,
    MLFLOW_SERVERLESS_PUBLISH_TO: store.registryUri,
    MLFLOW_SERVERLESS_PUBLISH_ON: publishOn.join(','),
    MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: webhookSecret.reference,
    MLFLOW_SERVERLESS_LOG_LEVEL: props.logLevel ?? 'info',
    ...(modelUri !== undefined && { MLFLOW_SERVERLESS_MODEL_URI: modelUri }),
    ...(aliases && { MLFLOW_SERVERLESS_EVENT_ALIASES: aliases.join(',') }),
    ...(username && { MLFLOW_TRACKING_USERNAME_SECRET: username.reference }),
    ...(password && { MLFLOW_TRACKING_PASSWORD_SECRET: password.reference }),
    ...(token && { MLFLOW_TRACKING_TOKEN_SECRET: token.reference }),
    ...(awsSigV4 && { MLFLOW_TRACKING_AWS_SIGV4: 'true' }),
    ...(workspace !== undefined && { MLFLOW_WORKSPACE: workspace }),
  };
}
