import type { EndpointFile, SecretReference } from './endpoint-schema.ts';
import { VARIABLES } from './variables.ts';

type Variables = Readonly<Record<string, string>>;

/**
 * The variables that stand for what an endpoint file says of its model: which, where it is looked up, and what may
 * open it.
 */
export function sourceEnvironment(file: EndpointFile): Variables {
  const { model, store, registry } = file;
  return {
    [VARIABLES.modelUri.name]: model,
    ...pythonEnvironment(file),
    ...(store.bucket !== undefined && {
      MLFLOW_REGISTRY_URI: `s3://${store.bucket}/${store.prefix}`,
    }),
    ...(registry && {
      MLFLOW_TRACKING_URI: registry.uri,
      MLFLOW_TRACKING_AWS_SIGV4: String(registry.awsSigV4),
      ...(registry.workspace && { MLFLOW_WORKSPACE: registry.workspace }),
      ...referTo('MLFLOW_TRACKING_USERNAME', registry.username),
      ...referTo('MLFLOW_TRACKING_PASSWORD', registry.password),
      ...referTo('MLFLOW_TRACKING_TOKEN', registry.token),
    }),
  };
}

/**
 * The variables that stand for `runtime` and `python`.
 *
 * @param storeUri of the published registry. @default the bucket of the file; without one `store` means nothing
 */
export function pythonEnvironment(
  { runtime, python, store, registry }: PythonSettings,
  storeUri = store.bucket === undefined ? undefined : `s3://${store.bucket}/${store.prefix}`,
): Variables {
  const own: Readonly<Record<string, string | undefined>> = {
    store: storeUri,
    registry: registry?.uri,
  };
  const trusted = (python.trust ?? [])
    .map((place) => (Object.hasOwn(own, place) ? own[place] : place))
    .filter((place) => place !== undefined);
  const names = Object.keys(python.environment);
  return {
    ...python.environment,
    ...(names.length > 0 && { [VARIABLES.pythonEnvironment.name]: names.join(',') }),
    [VARIABLES.runtime.name]: runtime,
    [VARIABLES.pythonNetwork.name]: python.network,
    [VARIABLES.pythonStartTimeoutMs.name]: String(python.startTimeoutSeconds),
    ...(trusted.length > 0 && { [VARIABLES.pythonTrust.name]: trusted.join(',') }),
    ...(python.memoryMiB !== undefined && {
      [VARIABLES.pythonMemoryBytes.name]: `${python.memoryMiB}MiB`,
    }),
  };
}

type PythonSettings = Pick<EndpointFile, 'runtime' | 'python' | 'store' | 'registry'>;

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

function referTo(variable: string, secret: SecretReference | undefined): Variables {
  return secret === undefined ? {} : { [`${variable}_SECRET`]: secretPlace(secret) };
}

/** The text of a variable that says where a secret is kept. @see src/secrets/parse-secret-reference.ts */
export function secretPlace(secret: SecretReference): string {
  if ('ssmParameter' in secret) return `ssm:${secret.ssmParameter}`;
  const place =
    'keyVaultSecret' in secret ? secret.keyVaultSecret : `secretsmanager:${secret.secretArn}`;
  return secret.key === undefined ? place : `${place}#${secret.key}`;
}
