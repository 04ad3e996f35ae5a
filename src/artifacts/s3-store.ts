import type { ArtifactStore } from './artifact-store.ts';
import { type DownloadPolicy, downloadDirectory } from './download-directory.ts';
import type { RemoteDirectory, RemoteFile } from './remote-directory.ts';
import type { S3Client } from './s3-client.ts';
import { parseS3Uri, type S3Location } from './s3-settings.ts';

/** Model directories in S3: `s3://<bucket>/<folder>`. */
export function createS3Store(client: S3Client, policy: DownloadPolicy = {}): ArtifactStore {
  return {
    async download(uri, directory, options = {}) {
      const source = createS3Directory(client, uri, parseS3Uri(uri));
      await downloadDirectory(source, directory, options, policy);
    },
  };
}

function createS3Directory(
  client: S3Client,
  uri: string,
  { bucket, prefix }: S3Location,
): RemoteDirectory {
  return {
    uri,
    hasRanges: true,
    open: (file, options) => client.get(bucket, prefix + file.path, options),
    async list({ maxFiles, signal }) {
      const files: RemoteFile[] = [];
      let token: string | undefined;
      do {
        const page = await client.listPage(bucket, { prefix, signal, ...(token && { token }) });
        for (const { key, sizeBytes } of page.objects) {
          if (isFolderMarker(key, sizeBytes)) continue;
          files.push({ path: pathBelow(prefix, key), sizeBytes });
        }
        token = page.nextToken;
      } while (token !== undefined && files.length <= maxFiles);
      return files;
    },
  };
}

/** The console makes an empty object `folder/` for each folder; the folder itself has one too. */
const isFolderMarker = (key: string, sizeBytes: number): boolean =>
  sizeBytes === 0 && key.endsWith('/');

/** A key outside the prefix keeps its form as an absolute path, which the download refuses. */
const pathBelow = (prefix: string, key: string): string =>
  key.startsWith(prefix) ? key.slice(prefix.length) : `/${key}`;
