import type { TokenCredential } from '@azure/core-auth';
import type { ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import { ServingError } from '../errors.ts';
import { type BlobLocation, formatBlobUri, parseBlobUri } from '../registry/blob-location.ts';
import { attemptInTime } from './attempt-in-time.ts';
import { type BlobAccess, translateBlobError } from './blob-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A folder of a container, and how to call Blob Storage about it. */
export interface BlobContainer {
  readonly client: ContainerClient;
  readonly location: BlobLocation;
  /** Begins every name; ends with a slash, or is empty for the whole container. */
  readonly root: string;
  /** The URI of an object below the root; for messages, and to be read again. */
  uriOf(key: string): string;
  /**
   * Do `work`, again when the service failed for a moment, and say in our words why it failed for good.
   *
   * @throws {ServingError} UNAUTHENTICATED, PERMISSION_DENIED, RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE
   * @throws the signal's reason
   */
  attempt<T>(call: BlobCall, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface BlobCall {
  /** Relative to the root. */
  readonly key: string;
  readonly access: BlobAccess;
  /** @default 5 */
  readonly attempts?: number;
  /** @default false - true takes as long as it takes: a large file */
  readonly isLong?: boolean;
  readonly signal?: AbortSignal;
}

export interface BlobContainerOptions {
  /** Who we are. @default the environment's connection string or key, else the managed identity or whoever is signed in */
  readonly credential?: TokenCredential;
  /** @default 60,000 ms - for a call with all its retries, unless it is a long one */
  readonly timeoutMs?: number;
}

const ATTEMPTS = 5;
const TIMEOUT_MS = 60_000;

/**
 * Retries are ours (`attempt`): the SDK's would multiply them. Its tracing and logging stay off.
 *
 * @see https://learn.microsoft.com/en-us/javascript/api/@azure/storage-blob/storagepipelineoptions
 */
const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 1 },
  userAgentOptions: { userAgentPrefix: 'mlflow-serverless' },
};

/**
 * Open the place that a URI names; nothing is asked of it yet.
 *
 * Credentials as MLflow finds them: `AZURE_STORAGE_CONNECTION_STRING`, `AZURE_STORAGE_ACCESS_KEY`, `AZURE_STORAGE_SAS_TOKEN`; without
 * them an identity of Entra ID: in Azure the managed one (`AZURE_CLIENT_ID` names a user-assigned one), elsewhere whoever is signed in.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when `uri` names no place in Blob Storage
 * @see mlflow/store/artifact/azure_blob_artifact_repo.py
 */
export async function openBlobContainer(
  uri: string,
  environment: Environment,
  options: BlobContainerOptions = {},
): Promise<BlobContainer> {
  const location = parseBlobUri(uri, environment);
  const { timeoutMs = TIMEOUT_MS } = options;
  const client = await openClient(location, environment, options.credential);
  const root = location.key === '' ? '' : `${location.key}/`;
  const uriOf = (key: string): string => formatBlobUri({ ...location, key: root + key });
  return {
    client,
    location,
    root,
    uriOf,
    attempt({ key, access, attempts = ATTEMPTS, isLong = false, signal }, work) {
      const place = uriOf(key);
      return attemptInTime({
        work,
        translate: (error) => translateBlobError(error, { place, access }),
        place,
        attempts,
        signal,
        ...(!isLong && { timeoutMs }),
      });
    },
  };
}

async function openClient(
  { accountUrl, container }: BlobLocation,
  environment: Environment,
  credential: TokenCredential | undefined,
): Promise<ContainerClient> {
  const sdk = await import('@azure/storage-blob').catch(notHere);
  const url = `${accountUrl}/${container}`;
  const connection = environment['AZURE_STORAGE_CONNECTION_STRING']?.trim();
  if (credential === undefined && connection) {
    return byConnectionString(() =>
      sdk.BlobServiceClient.fromConnectionString(connection, PIPELINE).getContainerClient(
        container,
      ),
    );
  }
  const key = environment['AZURE_STORAGE_ACCESS_KEY']?.trim();
  if (credential === undefined && key) {
    const account = new URL(accountUrl).hostname.split('.')[0] ?? '';
    return new sdk.ContainerClient(url, new sdk.StorageSharedKeyCredential(account, key), PIPELINE);
  }
  const signature = environment['AZURE_STORAGE_SAS_TOKEN']?.trim().replace(/^\?/, '');
  if (credential === undefined && signature) {
    return new sdk.ContainerClient(`${url}?${signature}`, new sdk.AnonymousCredential(), PIPELINE);
  }
  const identity =
    credential ?? (await import('../azure/azure-credential.ts')).findAzureCredential(environment);
  return new sdk.ContainerClient(url, identity, PIPELINE);
}

/** The packages for Lambda leave Azure's SDK out. */
function notHere(cause: unknown): never {
  throw new ServingError(
    'NOT_IMPLEMENTED',
    'Azure Blob Storage cannot be read by this package: it has no client for it; use the package for Azure Functions, the container or the command line',
    { cause },
  );
}

/** The SDK's own message may quote what it could not read. */
function byConnectionString<T>(connect: () => T): T {
  try {
    return connect();
  } catch {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      'AZURE_STORAGE_CONNECTION_STRING cannot be read: copy it whole, as the portal or az storage account show-connection-string gives it',
    );
  }
}
