import { ServingError } from '../errors.ts';

const PROXY_PATH = '/api/2.0/mlflow-artifacts/artifacts';

/** What an `mlflow-artifacts:` location needs to become downloadable; one of the two is enough. */
export interface ArtifactRoots {
  /** The tracking server, with its path prefix. */
  readonly serverUrl?: string;
  /** What the server was started with as `--artifacts-destination`. */
  readonly artifactsDestination?: string;
}

/**
 * Turn a location as MLflow stores it into one that can be downloaded: `mlflow-artifacts:/p` becomes
 * the proxy's URL, or lies below the artifacts destination; anything else stays.
 *
 * The tracking server's path prefix goes before the API's path, and a host in the location replaces
 * the server's: MLflow's rules.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it needs a server or a destination and there is none,
 *   or when it leaves its root
 * @see mlflow/store/artifact/mlflow_artifacts_repo.py, `resolve_uri`
 */
export function locateArtifacts(location: string, roots: ArtifactRoots): string {
  const match = /^mlflow-artifacts:(?:\/\/([^/]*))?([^?#]*)/i.exec(location);
  if (match === null) return location;
  const [, authority = '', path = ''] = match;
  refuseClimbing(path);
  if (roots.serverUrl !== undefined) return proxyUrl(roots.serverUrl, authority, path);
  if (roots.artifactsDestination !== undefined && authority === '') {
    return joinLocation(roots.artifactsDestination, path.replace(/^\/+/, ''));
  }
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    'the model lies behind a tracking server (mlflow-artifacts:); set MLFLOW_TRACKING_URI to the http(s) URL of that server, or ' +
      'MLFLOW_ARTIFACTS_DESTINATION to what it was started with as --artifacts-destination (./mlartifacts by default)',
  );
}

function proxyUrl(serverUrl: string, authority: string, path: string): string {
  const url = new URL(serverUrl);
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  if (authority !== '') {
    url.port = '';
    url.host = authority;
  }
  url.pathname = `${url.pathname}/${PROXY_PATH}/${path}`.replace(/\/{2,}/g, '/');
  return url.href.replace(/\/+$/, '');
}

/**
 * Go down from a location. Raw as MLflow joins them, but for URIs whose readers decode percent signs.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a path with `..` in it
 */
export function joinLocation(location: string, path: string): string {
  refuseClimbing(path);
  if (path === '') return location;
  const below = /^file:/i.test(location) ? path.split('/').map(encodeURIComponent).join('/') : path;
  return `${location.replace(/\/+$/, '')}/${below}`;
}

function refuseClimbing(path: string): void {
  const climbs = path.split(/[/\\]/).some((part) => /^(\.|%2e){2}$/i.test(part));
  if (!climbs) return;
  throw new ServingError('INVALID_PARAMETER_VALUE', 'the path of a model must not contain ".."');
}
