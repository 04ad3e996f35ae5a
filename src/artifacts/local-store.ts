import { createReadStream } from 'node:fs';
import { type FileHandle, open, opendir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ServingError } from '../errors.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { type DownloadPolicy, downloadDirectory } from './download-directory.ts';
import { findLocalPath } from './local-path.ts';
import type { RemoteDirectory, RemoteFile } from './remote-directory.ts';

/**
 * Folders of this machine as a store: plain paths and `file:` URIs.
 *
 * `download` copies, with every check the other stores have. Copying a large model that lies here
 * already is waste, so a caller asks `inPlace` first and opens that folder directly; it downloads only when it must not
 * see later changes of the folder.
 *
 * Links are followed inside the folder only: one that leaves it could publish any file of the machine.
 */
export function createLocalStore(policy: DownloadPolicy = {}): Required<ArtifactStore> {
  return {
    inPlace: findLocalPath,
    async download(uri, directory, options = {}) {
      const root = await resolveRoot(uri);
      await downloadDirectory(createFolder(uri, root), directory, options, policy);
    },
  };
}

async function resolveRoot(uri: string): Promise<string> {
  const path = findLocalPath(uri);
  if (path === undefined) {
    throw new ServingError('INVALID_PARAMETER_VALUE', `${uri} is not a folder of this machine`);
  }
  try {
    const root = await realpath(path);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    throw translate(error, uri);
  }
  throw new ServingError('RESOURCE_DOES_NOT_EXIST', `${uri} is a file; expected a folder`);
}

function createFolder(uri: string, root: string): RemoteDirectory {
  return {
    uri,
    hasRanges: false,
    list: ({ maxFiles }) => listFolder({ uri, root, maxFiles }),
    async open(file) {
      const handle = await openInside(root, file.path, uri);
      const { size } = await handle.stat();
      const body = createReadStream('', { fd: handle, highWaterMark: 2 ** 20 });
      return { body, bodyBytes: size, fileBytes: size, isRange: false };
    },
  };
}

interface Listing {
  readonly uri: string;
  readonly root: string;
  readonly maxFiles: number;
}

/** Walk the folder and the links inside it; more files than `maxFiles` need not be found. */
async function listFolder({ uri, root, maxFiles }: Listing): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  const visit = async (folder: string, above: readonly string[]): Promise<void> => {
    for await (const entry of await opendir(join(root, folder))) {
      if (files.length > maxFiles) return;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const real = await resolveInside(root, path, uri);
      const found = await stat(real);
      if (found.isFile()) files.push({ path, sizeBytes: found.size });
      else if (!found.isDirectory()) throw refused(uri, path, 'is neither a file nor a folder');
      else if (above.includes(real)) throw refused(uri, path, 'is a link to a folder above it');
      else await visit(path, [...above, real]);
    }
  };
  try {
    await visit('', [root]);
  } catch (error) {
    throw translate(error, uri);
  }
  return files;
}

async function openInside(root: string, path: string, uri: string): Promise<FileHandle> {
  try {
    return await open(await resolveInside(root, path, uri), 'r');
  } catch (error) {
    throw translate(error, `${uri}/${path}`);
  }
}

async function resolveInside(root: string, path: string, uri: string): Promise<string> {
  const real = await realpath(join(root, path));
  if (real === root || real.startsWith(root === sep ? root : root + sep)) return real;
  throw refused(uri, path, 'is a link that leaves the folder');
}

const refused = (uri: string, path: string, why: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${JSON.stringify(path)} at ${uri} ${why}; expected plain files and folders`,
  );

const CODE_BY_ERRNO = {
  ENOENT: ['RESOURCE_DOES_NOT_EXIST', 'there is nothing at'],
  ENOTDIR: ['RESOURCE_DOES_NOT_EXIST', 'there is nothing at'],
  EACCES: ['PERMISSION_DENIED', 'this process may not read'],
  EPERM: ['PERMISSION_DENIED', 'this process may not read'],
  ELOOP: ['INVALID_PARAMETER_VALUE', 'links go round in a circle at'],
} as const;

/** Only what is understood; a failing disk stays what it is. */
function translate(error: unknown, uri: string): unknown {
  const errno = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!Object.hasOwn(CODE_BY_ERRNO, errno)) return error;
  const [code, what] = CODE_BY_ERRNO[errno as keyof typeof CODE_BY_ERRNO];
  return new ServingError(code, `${what} ${uri}`, { cause: error });
}
