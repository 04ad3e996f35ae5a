import type { EndpointFile, SecretReference } from './endpoint-schema.ts';
import { VARIABLES } from './variables.ts';

type Variables = Readonly<Record<string, string>>;

/** The variables that stand for what an endpoint file says of its model: which, and where it is looked up. */
export function sourceEnvironment({ model, store, registry }: EndpointFile): Variables {
  return {
    [VARIABLES.modelUri.name]: model,
    ...(store.bucket !== undefined && {
      MLFLOW_REGISTRY_URI: `s3://${store.bucket}/${store.prefix}`,
    }),
    ...(registry && {
      MLFLOW_TRACKING_URI: registry.uri,
      MLFLOW_TRACKING_AWS_SIGV4: String(registry.awsSigV4),
      ...(registry.workspace && { MLFLOW_WORKSPACE: registry.workspace }),
      ...(registry.username && { MLFLOW_TRACKING_USERNAME_SECRET: referTo(registry.username) }),
      ...(registry.password && { MLFLOW_TRACKING_PASSWORD_SECRET: referTo(registry.password) }),
      ...(registry.token && { MLFLOW_TRACKING_TOKEN_SECRET: referTo(registry.token) }),
    }),
  };
}

/** The same, with how requests are answered: what `serve` has in common with the deployed function. */
export function servingEnvironment(file: EndpointFile): Variables {
  const { limits, refresh, lambda } = file;
  return {
    ...sourceEnvironment(file),
    [VARIABLES.maxBodyBytes.name]: String(limits.maxBodyBytes),
    [VARIABLES.maxRows.name]: String(limits.maxRows),
    [VARIABLES.timeoutMs.name]: String(limits.requestTimeoutSeconds),
    [VARIABLES.refresh.name]: refresh.mode,
    [VARIABLES.aliasTtlMs.name]: String(refresh.ttlSeconds),
    [VARIABLES.pushFloorMs.name]: String(refresh.floorSeconds),
    [VARIABLES.logLevel.name]: lambda.logLevel,
  };
}

const referTo = (secret: SecretReference): string =>
  'ssmParameter' in secret
    ? `ssm:${secret.ssmParameter}`
    : `secretsmanager:${secret.secretArn}${secret.key === undefined ? '' : `#${secret.key}`}`;
