import { ServingError } from '../errors.ts';
import { encodeQuery } from '../http-client/encode-rfc3986.ts';
import type { HttpClient } from '../http-client/http-client.ts';
import { findHttpProblem } from '../http-client/http-problem.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { type DownloadPolicy, downloadDirectory } from './download-directory.ts';
import type { RemoteBody, RemoteDirectory, RemoteFile } from './remote-directory.ts';
import { checkArtifactPath } from './safe-path.ts';

/** The route of MLflow's artifact proxy, below the server's own path; the second is its alias for browsers. */
const ROUTE = /^(.*?\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts)(?:\/(.*))?$/;
/** Folders in folders; a server that lists a folder in itself ends here. */
const MAX_DEPTH = 32;
/** The server fetches a file whole from its own storage before it sends the first byte; milliseconds. */
const FIRST_BYTE_TIMEOUT_MS = 120_000;

export interface ProxyStorePolicy extends DownloadPolicy {
  /** @default 120,000 ms - until the first byte of a file must be here */
  readonly firstByteTimeoutMs?: number;
}

/**
 * Model directories behind MLflow's artifact proxy:
 * `http(s)://<server>/api/2.0/mlflow-artifacts/artifacts/<path>`.
 *
 * @param client sends the tracking server's credentials; should not retry, as the download does that for heads and bodies alike
 * @see mlflow/store/artifact/http_artifact_repo.py
 */
export function createProxyStore(client: HttpClient, policy: ProxyStorePolicy = {}): ArtifactStore {
  return {
    async download(uri, directory, options = {}) {
      const source = createProxyDirectory(client, parseProxyUri(uri), policy.firstByteTimeoutMs);
      await downloadDirectory(source, directory, options, policy);
    },
  };
}

interface ProxyLocation {
  /** Without user info and query; for messages too. */
  readonly uri: string;
  /** The route on its server. */
  readonly route: string;
  /** Decoded, without a slash at either end; empty for the whole store. */
  readonly root: string;
}

/** @throws {ServingError} NOT_IMPLEMENTED for any other http(s) URL, INVALID_PARAMETER_VALUE for a path that climbs */
function parseProxyUri(text: string): ProxyLocation {
  const url = URL.parse(text);
  const [, route, path = ''] = ROUTE.exec(url?.pathname ?? '') ?? [];
  if (url === null || route === undefined) {
    throw new ServingError(
      'NOT_IMPLEMENTED',
      'an http(s) location must be an MLflow artifact proxy: <server>/api/2.0/mlflow-artifacts/artifacts/<path>',
    );
  }
  const uri = `${url.origin}${url.pathname}`;
  const root = decode(path).replace(/^\/+|\/+$/g, '');
  if (root !== '') checkArtifactPath(root, uri);
  return { uri, route: `${url.origin}${route}`, root };
}

/** MLflow appends paths as they are, so a percent sign need not begin an escape. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function createProxyDirectory(
  client: HttpClient,
  location: ProxyLocation,
  timeoutMs = FIRST_BYTE_TIMEOUT_MS,
): RemoteDirectory {
  const { uri, route, root } = location;
  const below = (path: string) => (root === '' || path === '' ? root + path : `${root}/${path}`);

  async function listFolder(folder: string, signal: AbortSignal): Promise<Entry[]> {
    const query = encodeQuery({ path: below(folder) });
    const answer = await client.json(`${route}?${query}`, { signal }).catch((error: unknown) => {
      throw explainSwitchedOff(error, uri);
    });
    return readEntries(answer, folder, uri);
  }

  return {
    uri,
    hasRanges: false,

    async list({ maxFiles, signal }) {
      const files: RemoteFile[] = [];
      let folders = [''];
      let seen = 0;
      for (let depth = 0; folders.length > 0 && files.length <= maxFiles; depth += 1) {
        if (depth === MAX_DEPTH) throw refuse(`${uri} has folders more than ${MAX_DEPTH} deep`);
        seen += folders.length;
        if (seen > maxFiles) throw refuse(`${uri} has more than ${maxFiles} folders`);
        const next: string[] = [];
        for (const folder of folders) {
          for (const { file, isFolder } of await listFolder(folder, signal)) {
            if (isFolder) next.push(file.path);
            else files.push(file);
          }
        }
        folders = next;
      }
      return files;
    },

    async open(file, { signal }): Promise<RemoteBody> {
      const path = below(file.path).split('/').map(encodeURIComponent).join('/');
      const { body, headers } = await client.stream(`${route}/${path}`, {
        timeoutMs,
        ...(signal && { signal }),
      });
      const length = headers['content-length'];
      if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
        body.destroy();
        throw unavailable(`${uri} was sent in an encoding that was not asked for`);
      }
      if (length === undefined) return { body, isRange: false };
      return { body, isRange: false, bodyBytes: Number(length), fileBytes: Number(length) };
    },
  };
}

interface Entry {
  readonly file: RemoteFile;
  readonly isFolder: boolean;
}

/** Entries carry base names here, unlike those of `artifacts/list`. */
function readEntries(answer: unknown, folder: string, uri: string): Entry[] {
  const files = isRecord(answer) ? (answer['files'] ?? []) : undefined;
  if (!Array.isArray(files)) throw unavailable(`${uri} was not answered with a listing`);
  return files.map((entry: unknown) => {
    const name = isRecord(entry) ? entry['path'] : undefined;
    if (!isRecord(entry) || typeof name !== 'string') {
      throw unavailable(`${uri} was answered with a listing that cannot be read`);
    }
    const path = folder === '' ? name : `${folder}/${name}`;
    checkArtifactPath(path, uri);
    const size = Number(entry['file_size'] ?? Number.NaN);
    const isFolder = entry['is_dir'] === true;
    return { isFolder, file: { path, ...(Number.isSafeInteger(size) && { sizeBytes: size }) } };
  });
}

/** A server with `--no-serve-artifacts` answers every call of the proxy with 503 in plain text. */
function explainSwitchedOff(error: unknown, uri: string): unknown {
  const details = findHttpProblem(error)?.details;
  if (details?.status !== 503 || details.errorCode !== undefined) return error;
  const message = `${uri} is failing (status 503); a server started with --no-serve-artifacts answers so and hands out no files: start it with --serve-artifacts, or register models on storage that can be reached directly`;
  return new ServingError('TEMPORARILY_UNAVAILABLE', message, {
    cause: error instanceof Error ? error.cause : error,
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const unavailable = (message: string): ServingError =>
  new ServingError('TEMPORARILY_UNAVAILABLE', message);
const refuse = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
