import { ServingError } from '../errors.ts';
import type { RemoteFile } from './remote-directory.ts';
import { checkArtifactPath } from './safe-path.ts';

export interface DownloadLimits {
  /** @default 10 GiB - what Lambda's /tmp can hold at most; bytes of all files together */
  readonly maxBytes: number;
  /** @default 10,000 - files in one model directory */
  readonly maxFiles: number;
}

export const DEFAULT_LIMITS: DownloadLimits = { maxBytes: 10 * 2 ** 30, maxFiles: 10_000 };

/**
 * Check a whole listing before the first byte is fetched.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when it is empty, INVALID_PARAMETER_VALUE for a path that leaves the
 *   directory, for a name that is listed twice or is a file and a folder at once, and above a limit
 */
export function checkFileList(
  files: readonly RemoteFile[],
  uri: string,
  limits: DownloadLimits,
): void {
  if (files.length === 0) {
    throw new ServingError('RESOURCE_DOES_NOT_EXIST', `there are no files at ${uri}`);
  }
  if (files.length > limits.maxFiles) {
    throw invalid(uri, `holds more than ${limits.maxFiles} files; is it one model's directory?`);
  }
  for (const file of files) checkArtifactPath(file.path, uri);
  checkNamesDiffer(files, uri);
  const totalBytes = files.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0);
  if (totalBytes > limits.maxBytes) throw tooManyBytes(uri, limits);
}

export const tooManyBytes = (uri: string, limits: DownloadLimits): ServingError =>
  invalid(uri, `is larger than the limit of ${Math.floor(limits.maxBytes / 2 ** 20)} MiB`);

function checkNamesDiffer(files: readonly RemoteFile[], uri: string): void {
  const paths = new Set(files.map((file) => file.path));
  if (paths.size !== files.length) throw invalid(uri, 'lists a file twice');
  for (const folder of listFolders(files)) {
    if (paths.has(folder)) {
      throw invalid(uri, `has a file and a folder of the same name, ${JSON.stringify(folder)}`);
    }
  }
}

/** Every folder that has to be made, parents before children. */
export function listFolders(files: readonly RemoteFile[]): string[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      folders.add(path.slice(0, at));
    }
  }
  return [...folders];
}

const invalid = (uri: string, what: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', `${uri} ${what}`);
