import type { EndpointFile } from '../config/endpoint-schema.ts';
import { ServingError } from '../errors.ts';
import { followingSettings } from './azure-following.ts';

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
  const { azure } = file;
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
    ...(azure.subnetId && { subnetId: azure.subnetId }),
    authLevel: authLevelOf(file),
    ...(entra && { entraTenantId: entra.tenantId, entraClientId: entra.clientId }),
    ...(entra?.allowedApplications && { entraAllowedApplications: entra.allowedApplications }),
    // Not the program's variable: browsers ask first, without a key or a token, and the platform answers that before it looks for one.
    ...(file.api.cors && { corsOrigins: file.api.cors.origins }),
    settings: { ...settingsOf(file), ...followingSettings(file) },
    ...(file.events && { hasEvents: true }),
    ...apiManagement,
    ...(batch && {
      hasBatch: true,
      inputContainer: batch.input,
      outputContainer: batch.output,
      ...(batch.alarmEmail && { alarmEmail: batch.alarmEmail }),
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

/** A key is asked for beside whatever else is checked. */
const authLevelOf = ({ auth }: EndpointFile): 'anonymous' | 'function' =>
  auth !== 'none' && auth.apiKey !== undefined ? 'function' : 'anonymous';

/** The program's own variables, by the names of README.md. */
function settingsOf({ auth, limits, refresh, lambda, runtime, azure }: EndpointFile) {
  const settings: Record<string, string> = {
    MLFLOW_SERVERLESS_MAX_BODY_BYTES: String(limits.maxBodyBytes),
    MLFLOW_SERVERLESS_MAX_ROWS: String(limits.maxRows),
    MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT: String(limits.requestTimeoutSeconds),
    MLFLOW_SERVERLESS_REFRESH: refresh.mode,
    MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS: String(refresh.ttlSeconds),
    MLFLOW_SERVERLESS_PUSH_FLOOR_SECONDS: String(refresh.floorSeconds),
    MLFLOW_SERVERLESS_LOG_LEVEL: lambda.logLevel,
    MLFLOW_SERVERLESS_RUNTIME: runtime,
    MLFLOW_SERVERLESS_CACHE_MEMORY_BYTES: `${Math.floor(azure.memoryMiB * 0.7)}MiB`,
  };
  if (auth !== 'none' && auth.jwt !== undefined) {
    settings['MLFLOW_SERVERLESS_JWT_ISSUER'] = auth.jwt.issuer;
    settings['MLFLOW_SERVERLESS_JWT_AUDIENCE'] = [auth.jwt.audience].flat().join(',');
    if (auth.jwt.scopes.length > 0)
      settings['MLFLOW_SERVERLESS_JWT_SCOPES'] = auth.jwt.scopes.join(' ');
    if (auth.jwt.jwksUri) settings['MLFLOW_SERVERLESS_JWT_JWKS_URI'] = auth.jwt.jwksUri;
  }
  const { entra, batch } = azure;
  if (entra?.roles !== undefined) {
    settings['MLFLOW_SERVERLESS_JWT_ISSUER'] =
      `https://login.microsoftonline.com/${entra.tenantId}/v2.0`;
    settings['MLFLOW_SERVERLESS_JWT_AUDIENCE'] = `${entra.clientId},api://${entra.clientId}`;
    settings['MLFLOW_SERVERLESS_JWT_ROLES'] = entra.roles.join(',');
  }
  if (batch?.format) settings['MLFLOW_SERVERLESS_BATCH_FORMAT'] = batch.format;
  if (batch) {
    settings['MLFLOW_SERVERLESS_BATCH_MAX_REFUSED_RATIO'] = String(batch.maxRefusedRatio);
    settings['MLFLOW_SERVERLESS_BATCH_DISTRIBUTE_ABOVE_BYTES'] = String(batch.distributeAboveBytes);
    settings['MLFLOW_SERVERLESS_BATCH_RANGE_BYTES'] = String(batch.rangeBytes);
    settings['MLFLOW_SERVERLESS_BATCH_MAX_PARALLEL_PARTS'] = String(batch.maxParallelParts);
    settings['MLFLOW_SERVERLESS_BATCH_TOLERATED_FAILURE_RATIO'] = String(
      batch.toleratedFailureRatio,
    );
  }
  return settings;
}

/** What the file asks for that is AWS's own, and what to do instead; the first of them is refused. */
function refuseWhatIsOfAws(file: EndpointFile): void {
  const [first] = foreignTo(file);
  if (first !== undefined) throw notOnAzure(first);
}

/** Rather a refusal than an endpoint that is open, or without a part of it. */
function* foreignTo(file: EndpointFile): Generator<string> {
  const { api, auth, azure, batch, events, lambda, runtime, store } = file;
  const ways =
    auth === 'none' ? [] : (['iam', 'cognito', 'lambda'] as const).filter((kind) => auth[kind]);
  for (const way of ways) yield `auth.${way} is a way of AWS: use apiKey, jwt or azure.entra`;
  if (azure.entra !== undefined && auth !== 'none' && auth.jwt !== undefined) {
    yield 'auth.jwt and azure.entra both check tokens: leave one out';
  }
  if (azure.apiManagement !== undefined && authLevelOf(file) === 'anonymous' && !azure.entra) {
    yield 'azure.apiManagement limits nobody while the function app itself is open: add auth: { apiKey: true }';
  }
  if (batch !== undefined) yield 'batch names buckets of S3: use azure.batch';
  if (events !== undefined) yield* foreignToEvents(file);
  if (runtime === 'python') {
    yield 'runtime: python runs models in a container: a function app of Node has no Python';
  }
  if (store.bucket !== undefined) yield 'store.bucket is a bucket of S3: leave it out';
  if (store.kmsKeyArn !== undefined) yield 'store.kmsKeyArn is a key of AWS: leave it out';
  if (lambda.vpc !== undefined) yield 'lambda.vpc is a network of AWS: use azure.subnetId';
  if (api.waf !== undefined)
    yield 'api.waf is a firewall of AWS: put Front Door in front, and leave it out';
  if (api.throttle !== undefined) yield 'api.throttle is of API Gateway: use azure.apiManagement';
  if (api.domain !== undefined) {
    yield 'api.domain is of API Gateway: give the function app its own host name, and leave it out';
  }
}

function* foreignToEvents({ events, registry }: EndpointFile): Generator<string> {
  const { username, password, token } = registry ?? {};
  const secrets = {
    'events.webhookSecret': events?.webhookSecret,
    ...{ 'registry.username': username, 'registry.password': password, 'registry.token': token },
  };
  for (const [place, secret] of Object.entries(secrets)) {
    if (secret === undefined || 'keyVaultSecret' in secret) continue;
    yield `${place} is kept in AWS: use keyVaultSecret, https://<vault>.vault.azure.net/secrets/<name>`;
  }
  if (registry?.awsSigV4)
    yield 'registry.awsSigV4 signs with a role of AWS: use username and password, or token';
  if (registry?.artifacts !== undefined) {
    yield 'registry.artifacts is a place in S3, which a function app cannot read: let the MLflow server hand out the files (--serve-artifacts), and leave it out';
  }
}

/** What the file asks for that has no counterpart and takes nothing away; for a line each. */
export function azureNotes({ auth, azure }: EndpointFile): string[] {
  const hasRates = auth !== 'none' && typeof auth.apiKey === 'object';
  return hasRates && azure.apiManagement === undefined
    ? ['the rates of auth.apiKey are AWS’s: on Azure, azure.apiManagement limits rates']
    : [];
}

const notOnAzure = (why: string): ServingError =>
  new ServingError('NOT_IMPLEMENTED', `endpoint file: ${why}`);
