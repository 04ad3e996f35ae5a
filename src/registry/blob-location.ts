import { ServingError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A folder or an object of Azure Blob Storage. */
export interface BlobLocation {
  /** `https://<account>.blob.core.windows.net`, or the endpoint that the environment names; without a slash at its end. */
  readonly accountUrl: string;
  /** `<account>.blob.core.windows.net`; says which account it is. */
  readonly host: string;
  readonly container: string;
  /** As the service keeps it, without slashes around it; empty for the whole container. */
  readonly key: string;
}

const FORMS =
  'wasbs://<container>@<account>.blob.core.windows.net/<folder>, abfss://<container>@<account>.dfs.core.windows.net/<folder> or https://<account>.blob.core.windows.net/<container>/<folder>';

/** Public cloud, China, US government, and the zones of accounts with DNS endpoints of their own. */
const HOST =
  /^[a-z0-9]{3,24}(\.privatelink)?(\.z\d+)?\.(blob|dfs)\.(core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|storage\.azure\.net)$/i;

const CONTAINER = /^(?:\$root|\$web|\$logs|(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*)$/;

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
  const { host, container, key } = takeApart(uri, endpoint) ?? throwWrong(uri);
  const trimmed = key.replace(/^\/+|\/+$/g, '');
  const isKey =
    trimmed.isWellFormed() && !trimmed.split('/').some((part) => part === '.' || part === '..');
  if (!CONTAINER.test(container)) throwWrongContainer(uri, container);
  if (!isKey) throwWrong(uri);
  return { accountUrl: endpoint ?? `https://${host}`, host, container, key: trimmed };
}

/** `wasbs://<container>@<account>.blob.core.windows.net/<key>`, as MLflow writes it; one location has one such text. */
export const formatBlobUri = ({ host, container, key }: BlobLocation): string =>
  `wasbs://${container}@${host}${key === '' ? '' : `/${key}`}`;

function takeApart(
  uri: string,
  endpoint: string | undefined,
): Pick<BlobLocation, 'host' | 'container' | 'key'> | undefined {
  const [, scheme, container, host = '', path = ''] =
    /^(wasbs|abfss):\/\/([^@/]+)@([^/?#]+)(?:\/(.*))?$/is.exec(uri) ?? [];
  if (scheme !== undefined && container !== undefined) {
    const key = scheme.toLowerCase() === 'abfss' ? decode(path) : path;
    return HOST.test(host) && key !== undefined
      ? { host: blobHost(host), container, key }
      : undefined;
  }
  const url = /^https?:/i.test(uri) ? URL.parse(uri) : null;
  if (url === null || `${url.search}${url.hash}${url.username}` !== '') return undefined;
  if (isBelow(url.href, endpoint)) {
    return fromPath(
      `${accountOf(endpoint)}.blob.core.windows.net`,
      url.href.slice(endpoint.length),
    );
  }
  if (url.protocol !== 'https:' || url.port !== '' || !HOST.test(url.hostname)) return undefined;
  return fromPath(blobHost(url.hostname), url.pathname);
}

function fromPath(host: string, path: string) {
  const [, first = '', rest = ''] = /^\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? [];
  const [container, key] = [decode(first), decode(rest)];
  return container === undefined || key === undefined ? undefined : { host, container, key };
}

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
const blobHost = (host: string): string => host.toLowerCase().replace('.dfs.', '.blob.');

/** The account is the first part of the path of an emulator's endpoint, of any other the first of its host. */
const accountOf = (endpoint: string): string => {
  const { hostname, pathname } = new URL(endpoint);
  return pathname.slice(1) || (hostname.split('.')[0] ?? '');
};

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const throwWrong = (uri: string): never =>
  refuse(`${shown(uri)} does not name a place in Azure Blob Storage: use ${FORMS}`);

const throwWrongContainer = (uri: string, container: string): never =>
  refuse(
    `${shown(uri)} names no container of Azure Blob Storage: ${shown(container)} has not 3 to 63 lower-case letters and digits, with single hyphens between them`,
  );

/** Without what comes after a question mark: it may be a shared access signature. */
const shown = (text: string): string => JSON.stringify(text.replace(/[?#].*$/s, '').slice(0, 120));

function refuse(message: string): never {
  throw new ServingError('INVALID_PARAMETER_VALUE', message);
}
