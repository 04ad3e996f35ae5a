import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { decodeFormValue } from '../artifacts/s3-listing.ts';
import type { CallOptions, ListedObject } from './object-store.ts';
import type { S3Bucket } from './s3-bucket.ts';

/** One page of a listing; keys are relative to the root. */
export interface S3Page {
  readonly objects: readonly ListedObject[];
  /** Without a slash at their end; only those that a delimiter cut off. */
  readonly folders: readonly string[];
}

/**
 * Every page of what lies below a folder.
 *
 * @param delimiter `/` lists one level
 */
export function listS3Pages(
  { client, common, root, attempt }: S3Bucket,
  folder: string,
  delimiter: '/' | undefined,
  options?: CallOptions,
): Promise<S3Page[]> {
  const input = {
    ...common,
    Prefix: folder === '' ? root : `${root}${folder}/`,
    // Percent-encoded, since XML cannot hold every character a key can; a server may ignore that.
    EncodingType: 'url' as const,
    ...(delimiter && { Delimiter: delimiter }),
  };
  const call = { key: folder, permission: 's3:ListBucket', ...options } as const;
  return attempt(call, async (abortSignal) => {
    const pages: S3Page[] = [];
    for await (const page of paginateListObjectsV2({ client }, input, { abortSignal })) {
      const decode = page.EncodingType === 'url' ? decodeFormValue : (text: string) => text;
      const objects = (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified, ETag }) => ({
        key: decode(Key).slice(root.length),
        sizeBytes: Size,
        modifiedAtMs: LastModified?.getTime() ?? 0,
        ...(ETag && { etag: ETag.replaceAll('"', '') }),
      }));
      const folders = (page.CommonPrefixes ?? []).map(({ Prefix = '' }) =>
        decode(Prefix).slice(root.length, -1),
      );
      pages.push({ objects, folders });
    }
    return pages;
  });
}
