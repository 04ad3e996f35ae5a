import { ServingError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A folder or an object of Azure Blob Storage. */
export interface BlobLocation {
  /** `https://<account>.blob.core.windows.net`, without a slash at its end. */
  readonly accountUrl: string;
  readonly container: string;
  /** As the service keeps it, without slashes around it; empty for the whole container. */
  readonly key: string;
}

const FORMS =
  'wasbs://<container>@<account>.blob.core.windows.net/<folder>, abfss://<container>@<account>.dfs.core.windows.net/<folder> or https://<account>.blob.core.windows.net/<container>/<folder>';

/** Public cloud, China, US government, and the zones of accounts with DNS endpoints of their own. */
const HOST =
  /^[a-z0-9]{3,24}(\.privatelink)?(\.z\d+)?\.(blob|dfs)\.(core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|storage\.azure\.net)$/;

/** Whether a URI names Blob Storage: by its scheme, by the name of its host, or below the endpoint that the environment names. */
export function isBlobUri(uri: string, environment: Environment): boolean {
  if (/^(wasbs?|abfss?):/i.test(uri)) return true;
  const url = /^https?:/i.test(uri) ? URL.parse(uri) : null;
  if (url === null) return false;
  return HOST.test(url.hostname) || isBelow(url.href, blobEndpointOf(environment));
}

/**
 * Take the URI of a folder or an object apart.
 *
 * As MLflow reads them: the path of `wasbs:` stands as it is, that of `abfss:` is percent-decoded; that of `https:` is, too.
 *
 * @param environment `AZURE_STORAGE_CONNECTION_STRING` decides about the account, whatever the URI says, as in MLflow
 * @throws {ServingError} INVALID_PARAMETER_VALUE for anything else
 * @see mlflow/store/artifact/azure_blob_artifact_repo.py, `parse_wasbs_uri`; azure_data_lake_artifact_repo.py, `_parse_abfss_uri`
 */
export function parseBlobUri(uri: string, environment: Environment): BlobLocation {
  const endpoint = blobEndpointOf(environment);
  const [, scheme, container, host, path] =
    /^(wasbs|abfss):\/\/([^@/]+)@([^/?#]+)(?:\/(.*))?$/is.exec(uri) ?? [];
  if (scheme !== undefined && container !== undefined && HOST.test(host ?? '')) {
    const raw = path ?? '';
    const key = scheme.toLowerCase() === 'abfss' ? decodePath(raw, uri) : raw;
    return checked(endpoint ?? accountUrlOf(host as string), container, key, uri);
  }
  const url = /^https?:/i.test(uri) ? URL.parse(uri) : null;
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '') throw wrong(uri);
  if (isBelow(url.href, endpoint)) return fromPath(endpoint, url.href.slice(endpoint.length), uri);
  if (url.protocol !== 'https:' || url.port !== '' || !HOST.test(url.hostname)) throw wrong(uri);
  return fromPath(endpoint ?? accountUrlOf(url.hostname), url.pathname, uri);
}

/** `https://<account>.blob.core.windows.net/<container>/<key>`, percent-encoded; one location has one such text. */
export const formatBlobUri = ({ accountUrl, container, key }: BlobLocation): string =>
  `${accountUrl}/${container}${key === '' ? '' : `/${key.split('/').map(encodeURIComponent).join('/')}`}`;

/** `BlobEndpoint` of the connection string, or what its other fields say; undefined without one. */
function blobEndpointOf(environment: Environment): string | undefined {
  const text = environment['AZURE_STORAGE_CONNECTION_STRING']?.trim();
  if (!text) return undefined;
  const fields = new Map(
    text.split(';').map((field) => {
      const at = field.indexOf('=');
      return [field.slice(0, at).trim().toLowerCase(), field.slice(at + 1).trim()];
    }),
  );
  const own = fields.get('blobendpoint');
  if (own) return own.replace(/\/+$/, '');
  const account = fields.get('accountname');
  if (!account) return undefined;
  const protocol = fields.get('defaultendpointsprotocol') ?? 'https';
  return `${protocol}://${account}.blob.${fields.get('endpointsuffix') ?? 'core.windows.net'}`;
}

const isBelow = (href: string, endpoint: string | undefined): endpoint is string =>
  endpoint !== undefined && href.startsWith(`${endpoint}/`);

/** Data Lake accounts answer as Blob Storage, too. */
const accountUrlOf = (host: string): string => `https://${host.replace('.dfs.', '.blob.')}`;

function fromPath(accountUrl: string, path: string, uri: string): BlobLocation {
  const [, container = '', key = ''] = /^\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? [];
  return checked(accountUrl, decodePath(container, uri), decodePath(key, uri), uri);
}

function checked(accountUrl: string, container: string, key: string, uri: string): BlobLocation {
  const isContainer = /^(\$root|\$web|\$logs|[a-z0-9](-?[a-z0-9]){2,62})$/.test(container);
  const trimmed = key.replace(/^\/+|\/+$/g, '');
  const isKey =
    trimmed.isWellFormed() && !trimmed.split('/').some((part) => part === '.' || part === '..');
  if (!isContainer || !isKey) throw wrong(uri);
  return { accountUrl, container, key: trimmed };
}

function decodePath(text: string, uri: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(uri);
  }
}

/** Without what comes after a question mark: it may be a shared access signature. */
const wrong = (uri: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${JSON.stringify(uri.replace(/[?#].*$/s, '').slice(0, 120))} does not name a place in Azure Blob Storage: use ${FORMS}`,
  );
