import type { EndpointFile } from '../config/endpoint-schema.ts';
import { ServingError } from '../errors.ts';

/** As `az deployment group create --parameters @file` takes them. */
export interface AzureParameters {
  readonly $schema: string;
  readonly contentVersion: string;
  readonly parameters: Readonly<Record<string, { readonly value: unknown }>>;
}

const SCHEMA = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#';

/**
 * What endpoint.yaml says, as infra/azure/main.bicep takes it.
 *
 * @throws {ServingError} NOT_IMPLEMENTED naming what the file asks for and Azure does not have here
 */
export function azureParameters(file: EndpointFile): AzureParameters {
  refuseWhatIsOfAws(file);
  const { azure = DEFAULTS } = file;
  const { apiManagement, batch, entra } = azure;
  const values = {
    name: file.name,
    ...(azure.location && { location: azure.location }),
    modelUri: file.model,
    registryPrefix: file.store.prefix,
    instanceMemoryMiB: azure.memoryMiB,
    maximumInstances: azure.maxInstances,
    alwaysReadyInstances: azure.alwaysReady,
    requestsPerInstance: azure.requestsPerInstance,
    authLevel: authLevelOf(file),
    ...(entra && { entraTenantId: entra.tenantId, entraClientId: entra.clientId }),
    settings: settingsOf(file),
    ...apiManagement,
    ...(batch && {
      hasBatch: true,
      inputContainer: batch.input,
      outputContainer: batch.output,
    }),
    logRetentionDays: azure.logRetentionDays,
    noncurrentDays: Math.min(file.store.noncurrentDays, MAX_RETENTION_DAYS),
    tags: file.tags,
  };
  const parameters = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { value }]),
  );
  return { $schema: SCHEMA, contentVersion: '1.0.0.0', parameters };
}

/** What soft delete of blobs keeps at most. */
const MAX_RETENTION_DAYS = 365;

const DEFAULTS: NonNullable<EndpointFile['azure']> = {
  memoryMiB: 2048,
  maxInstances: 100,
  alwaysReady: 0,
  requestsPerInstance: 64,
  logRetentionDays: 30,
};

function authLevelOf({ auth, azure }: EndpointFile): 'anonymous' | 'function' {
  if (azure?.entra !== undefined || auth === 'none') return 'anonymous';
  return auth.jwt === undefined ? 'function' : 'anonymous';
}

/** The program's own variables, by the names of README.md. */
function settingsOf({ auth, limits, refresh, lambda, runtime, azure, api }: EndpointFile) {
  const settings: Record<string, string> = {
    MLFLOW_SERVERLESS_MAX_BODY_BYTES: String(limits.maxBodyBytes),
    MLFLOW_SERVERLESS_MAX_ROWS: String(limits.maxRows),
    MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT: String(limits.requestTimeoutSeconds),
    MLFLOW_SERVERLESS_REFRESH: refresh.mode,
    MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS: String(refresh.ttlSeconds),
    MLFLOW_SERVERLESS_PUSH_FLOOR_SECONDS: String(refresh.floorSeconds),
    MLFLOW_SERVERLESS_LOG_LEVEL: lambda.logLevel,
    MLFLOW_SERVERLESS_RUNTIME: runtime,
    MLFLOW_SERVERLESS_CACHE_MEMORY_BYTES: `${Math.floor((azure?.memoryMiB ?? 2048) * 0.7)}MiB`,
  };
  if (auth !== 'none' && auth.jwt !== undefined) {
    settings['MLFLOW_SERVERLESS_JWT_ISSUER'] = auth.jwt.issuer;
    settings['MLFLOW_SERVERLESS_JWT_AUDIENCE'] = [auth.jwt.audience].flat().join(',');
    if (auth.jwt.scopes.length > 0)
      settings['MLFLOW_SERVERLESS_JWT_SCOPES'] = auth.jwt.scopes.join(' ');
    if (auth.jwt.jwksUri) settings['MLFLOW_SERVERLESS_JWT_JWKS_URI'] = auth.jwt.jwksUri;
  }
  const { entra, batch } = azure ?? {};
  if (entra?.roles !== undefined) {
    settings['MLFLOW_SERVERLESS_JWT_ISSUER'] =
      `https://login.microsoftonline.com/${entra.tenantId}/v2.0`;
    settings['MLFLOW_SERVERLESS_JWT_AUDIENCE'] = `${entra.clientId},api://${entra.clientId}`;
    settings['MLFLOW_SERVERLESS_JWT_ROLES'] = entra.roles.join(',');
  }
  if (batch?.format) settings['MLFLOW_SERVERLESS_BATCH_FORMAT'] = batch.format;
  if (batch) {
    settings['MLFLOW_SERVERLESS_BATCH_MAX_REFUSED_RATIO'] = String(batch.maxRefusedRatio);
    settings['MLFLOW_SERVERLESS_BATCH_MAX_PARALLEL_PARTS'] = String(batch.maxParallelParts);
    settings['MLFLOW_SERVERLESS_BATCH_TOLERATED_FAILURE_RATIO'] = String(
      batch.toleratedFailureRatio,
    );
  }
  if (api.cors) settings['MLFLOW_SERVERLESS_CORS_ORIGINS'] = api.cors.origins.join(',');
  return settings;
}

/** Rather a refusal than an endpoint that is open, or without a part of it. */
function refuseWhatIsOfAws({ auth, azure, batch, events, runtime, store }: EndpointFile): void {
  const foreign =
    auth === 'none' ? [] : (['iam', 'cognito', 'lambda'] as const).filter((kind) => auth[kind]);
  if (foreign.length > 0) {
    throw notOnAzure(`auth.${foreign[0]} is a way of AWS: use apiKey, jwt or azure.entra`);
  }
  if (azure?.entra !== undefined && auth !== 'none' && auth.jwt !== undefined) {
    throw notOnAzure('auth.jwt and azure.entra both check tokens: leave one out');
  }
  if (batch !== undefined) throw notOnAzure('batch names buckets of S3: use azure.batch');
  if (events !== undefined) {
    throw notOnAzure(
      'events names secrets of AWS: set MLFLOW_SERVERLESS_PUBLISH_TO, MLFLOW_TRACKING_URI and MLFLOW_SERVERLESS_WEBHOOK_SECRET (a Key Vault reference) of the function app',
    );
  }
  if (runtime === 'python') {
    throw notOnAzure(
      'runtime: python runs models in a container: a function app of Node has no Python',
    );
  }
  if (store.bucket !== undefined) throw notOnAzure('store.bucket is a bucket of S3: leave it out');
}

const notOnAzure = (why: string): ServingError =>
  new ServingError('NOT_IMPLEMENTED', `endpoint file: ${why}`);
