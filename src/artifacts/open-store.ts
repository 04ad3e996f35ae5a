import { ServingError } from '../errors.ts';
import type { SecretReader } from '../http-client/secret-reader.ts';
import { onceUnlessFailed } from '../once.ts';
import { locateArtifacts } from '../registry/artifact-location.ts';
import { isBlobUri, parseBlobUri } from '../registry/blob-location.ts';
import { readAllowList } from './allow-list.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { DownloadPolicy } from './download-directory.ts';
import { readPartSettings } from './download-settings.ts';
import { findLocalPath } from './local-path.ts';
import type { S3Client } from './s3-client.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface OpenArtifactStoreOptions extends DownloadPolicy {
  /**
   * Shared with a registry that lies in S3, so that the model comes over the connection that is open already.
   *
   * @default one of its own, made when the first `s3:` location is read
   */
  readonly s3Client?: S3Client;
  /** Reads the credentials of the tracking server that the environment only refers to. @default none */
  readonly secrets?: SecretReader;
}

/** Schemes of other storages that MLflow knows, and what to do instead. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  gs: 'serve it through an MLflow server with artifact proxying',
  wasb: 'use wasbs:',
  abfs: 'use abfss:',
  dbfs: 'copy the model to S3 or a folder',
  hdfs: 'copy the model to S3 or a folder',
  viewfs: 'copy the model to S3 or a folder',
  ftp: 'copy the model to S3 or a folder',
  sftp: 'copy the model to S3 or a folder',
  r2: 'use s3://<bucket>/<folder> and set MLFLOW_S3_ENDPOINT_URL',
  b2: 'use s3://<bucket>/<folder> and set MLFLOW_S3_ENDPOINT_URL',
};

/**
 * One store for every location a registry may name: folders, `file:`, `s3:`, `wasbs:`, `abfss:`, `http(s):` and `mlflow-artifacts:`.
 *
 * Each kind is loaded when the first location of its scheme is read. Locations come from servers and are not
 * trusted: `readAllowList` says which are read at all.
 *
 * @param environment see `readAllowList`, `readS3Settings`, `openBlobContainer`, `readPartSettings` and `createMlflowHttpClient` for the variables
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a variable that cannot be understood; when used, as `ArtifactStore`, and
 *   NOT_IMPLEMENTED for a storage that is not supported
 */
export function openArtifactStore(
  environment: Environment,
  options: OpenArtifactStoreOptions = {},
): Required<ArtifactStore> {
  const allowed = readAllowList(environment);
  const openS3 = onceUnlessFailed(() => loadS3Store(environment, options));
  const openProxy = onceUnlessFailed(() =>
    loadProxyStore(environment, allowed.trustedOrigins, options),
  );
  const openBlob = onceUnlessFailed(() => loadBlobStore(environment, options));
  const openLocal = onceUnlessFailed(() => loadLocalStore(options));

  async function findStore(scheme: string, uri: string): Promise<ArtifactStore> {
    if (isBlobUri(uri, environment)) {
      allowed.checkContainer(parseBlobUri(uri, environment));
      return openBlob();
    }
    switch (scheme) {
      case 'file':
        return openLocal();
      case 's3':
        allowed.checkBucket(bucketOf(uri));
        return openS3();
      case 'http':
      case 'https':
        allowed.checkHost(parseUrl(uri));
        return openProxy();
      default:
        throw unsupported(scheme);
    }
  }

  return {
    inPlace(uri) {
      if (schemeOf(uri) !== 'file') return undefined;
      allowed.checkScheme('file');
      return findLocalPath(uri);
    },
    async download(uri, directory, downloadOptions) {
      const scheme = schemeOf(uri);
      if (Object.hasOwn(UNSUPPORTED, scheme)) throw unsupported(scheme);
      allowed.checkScheme(scheme);
      if (scheme === 'mlflow-artifacts') {
        const serverUrl = serverOf(environment);
        const located = locateArtifacts(uri, serverUrl === undefined ? {} : { serverUrl });
        const store = await findStore(schemeOf(located), located);
        return store.download(located, directory, downloadOptions);
      }
      const store = await findStore(scheme, uri);
      return store.download(uri, directory, downloadOptions);
    },
  };
}

/** Lower case; a path has none and counts as `file`. */
const schemeOf = (uri: string): string =>
  /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase() ?? 'file';

const bucketOf = (uri: string): string => /^s3:\/\/([^/]*)/i.exec(uri)?.[1] ?? '';

function parseUrl(uri: string): URL {
  const url = URL.parse(uri);
  if (url !== null) return url;
  throw new ServingError('INVALID_PARAMETER_VALUE', 'the location of the model is not a URL');
}

const serverOf = (environment: Environment): string | undefined =>
  [environment['MLFLOW_TRACKING_URI'], environment['MLFLOW_REGISTRY_URI']].find((uri) =>
    /^https?:\/\//i.test(uri ?? ''),
  );

function unsupported(scheme: string): ServingError {
  const advice =
    UNSUPPORTED[scheme] ?? 'use a folder, s3: or an MLflow server with artifact proxying';
  return new ServingError(
    'NOT_IMPLEMENTED',
    `model locations of scheme ${scheme.slice(0, 40)}: are not supported; ${advice}`,
  );
}

async function loadLocalStore(policy: DownloadPolicy): Promise<ArtifactStore> {
  const { createLocalStore } = await import('./local-store.ts');
  return createLocalStore(policy);
}

async function loadS3Store(
  environment: Environment,
  options: OpenArtifactStoreOptions,
): Promise<ArtifactStore> {
  const { createS3Store } = await import('./s3-store.ts');
  const policy = { ...readPartSettings(environment), ...options };
  if (options.s3Client) return createS3Store(options.s3Client, policy);
  const { createS3Client } = await import('./s3-client.ts');
  return createS3Store(createS3Client(environment), policy);
}

async function loadBlobStore(
  environment: Environment,
  options: OpenArtifactStoreOptions,
): Promise<ArtifactStore> {
  const [{ createBlobStore }, { openBlobContainer }] = await Promise.all([
    import('./blob-store.ts'),
    import('./blob-container.ts'),
  ]);
  const policy = { ...readPartSettings(environment), ...options };
  return createBlobStore((uri) => openBlobContainer(uri, environment), policy);
}

async function loadProxyStore(
  environment: Environment,
  trustedOrigins: readonly string[],
  { secrets, ...policy }: OpenArtifactStoreOptions,
): Promise<ArtifactStore> {
  const { createMlflowHttpClient } = await import('../http-client/mlflow-http-client.ts');
  const { createProxyStore } = await import('./proxy-store.ts');
  const { readHttpSettings } = await import('../http-client/http-settings.ts');
  const { retries, timeoutMs } = readHttpSettings(environment);
  const withoutRetries = { ...environment, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
  const client = createMlflowHttpClient(withoutRetries, {
    trustedOrigins,
    ...(secrets && { secrets }),
  });
  return createProxyStore(client, {
    ...(environment['MLFLOW_HTTP_REQUEST_MAX_RETRIES'] && { attempts: 1 + retries }),
    ...(environment['MLFLOW_HTTP_REQUEST_TIMEOUT'] && { firstByteTimeoutMs: timeoutMs }),
    ...policy,
  });
}
