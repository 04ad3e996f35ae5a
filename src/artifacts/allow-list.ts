import { ServingError } from '../errors.ts';
import { type BlobLocation, isBlobUri } from '../registry/blob-location.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Which locations this process reads from. */
export interface AllowList {
  /** @throws {ServingError} INVALID_PARAMETER_VALUE when the scheme is not on the list */
  checkScheme(scheme: string): void;
  /** @throws {ServingError} INVALID_PARAMETER_VALUE when the host is not on the list */
  checkHost(url: URL): void;
  /** @throws {ServingError} INVALID_PARAMETER_VALUE when buckets are listed and this one is not */
  checkBucket(bucket: string): void;
  /** @throws {ServingError} INVALID_PARAMETER_VALUE when accounts or containers of Blob Storage are listed and this one is not */
  checkContainer(location: BlobLocation): void;
  /** `https://host:port` of every server on the list beside the tracking and the registry server. */
  readonly trustedOrigins: readonly string[];
}

const DEFAULT_SCHEMES = 'file,s3,wasbs,abfss,http,https,mlflow-artifacts';

/**
 * Read the allow-lists of schemes, hosts and buckets.
 *
 * Whoever may register a model chooses the location that we read from. Without a list that person could make this
 * process ask any address it can reach, those of the cloud's metadata service among them. So only the servers that
 * the operator named are ever asked: tracking and registry server, the S3 endpoint, and `MLFLOW_SERVERLESS_ALLOWED_HOSTS`
 * (`host`, `host:port`, `https://host`, `s3://bucket`, `wasbs://container@account.blob.core.windows.net`, separated by commas; the last
 * also as `https://account.blob.core.windows.net`, for all containers of the account). Buckets are free until one is listed, containers too.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for an entry that cannot be read
 * @see https://github.com/mlflow/mlflow/issues/23500
 */
export function readAllowList(environment: Environment): AllowList {
  const schemes = new Set(
    split(environment['MLFLOW_SERVERLESS_ALLOWED_SCHEMES'] || DEFAULT_SCHEMES).map((scheme) =>
      scheme.toLowerCase().replace(/:(\/\/)?$/, ''),
    ),
  );
  const entries = split(environment['MLFLOW_SERVERLESS_ALLOWED_HOSTS']);
  const buckets = entries.filter((entry) => isBucket(entry)).map((entry) => entry.slice(5));
  const [blobPlaces, others] = partition(
    entries.filter((entry) => !isBucket(entry)),
    isBlobPlace,
  );
  const trustedOrigins = others.flatMap(originsOf);
  const servers = [environment['MLFLOW_TRACKING_URI'], environment['MLFLOW_REGISTRY_URI']]
    .map((uri) => URL.parse(uri ?? '')?.origin)
    .filter((origin) => origin !== undefined && /^https?:/.test(origin));
  const origins = new Set<string | undefined>([...servers, ...trustedOrigins]);

  return {
    trustedOrigins,
    checkScheme(scheme) {
      if (schemes.has(scheme)) return;
      throw refused(
        `locations of scheme ${scheme}: are not allowed`,
        'MLFLOW_SERVERLESS_ALLOWED_SCHEMES',
      );
    },
    checkHost(url) {
      if (origins.has(url.origin)) return;
      throw refused(
        `the model lies at ${url.origin}, which is neither the tracking nor the registry server`,
        'MLFLOW_SERVERLESS_ALLOWED_HOSTS',
      );
    },
    checkBucket(bucket) {
      if (buckets.length === 0 || buckets.includes(bucket)) return;
      throw refused(
        `the model lies in bucket s3://${bucket}, which is not on the list of allowed ones`,
        'MLFLOW_SERVERLESS_ALLOWED_HOSTS',
      );
    },
    checkContainer({ host, container }) {
      const names = [host, `${container}@${host}`];
      if (blobPlaces.length === 0 || blobPlaces.some((place) => names.includes(nameOf(place))))
        return;
      throw refused(
        `the model lies in container wasbs://${container}@${host}, which is not on the list of allowed ones`,
        'MLFLOW_SERVERLESS_ALLOWED_HOSTS',
      );
    },
  };
}

const split = (text: string | undefined): string[] =>
  (text ?? '').split(',').flatMap((part) => part.trim() || []);
const isBucket = (entry: string): boolean => /^s3:\/\/[^/]+$/i.test(entry);

/** An account or a container; never an origin that gets the credentials of the tracking server. */
const isBlobPlace = (entry: string): boolean =>
  /^((wasbs|abfss):\/\/[^@/]+@|https:\/\/)[^/@]+\/?$/i.test(entry) && isBlobUri(entry, {});

const nameOf = (place: string): string =>
  place
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/$/, '')
    .toLowerCase()
    .replace('.dfs.', '.blob.');

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Without a scheme, both; without a port, the scheme's own. */
function originsOf(entry: string): string[] {
  const texts = entry.includes('://') ? [entry] : [`http://${entry}`, `https://${entry}`];
  const urls = texts.map((text) => URL.parse(text));
  const isGood = (url: URL | null) =>
    url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/';
  if (urls.every(isGood)) return urls.map((url) => (url as URL).origin);
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `MLFLOW_SERVERLESS_ALLOWED_HOSTS has an entry that is not host, host:port, https://host, s3://bucket or wasbs://container@account.blob.core.windows.net: ${JSON.stringify(entry.slice(0, 80))}`,
  );
}

const refused = (what: string, variable: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', `${what}; ${variable} can allow it`);
