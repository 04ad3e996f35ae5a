import { ServingError } from '../../errors.ts';
import type { CallOptions } from '../../publish/object-store.ts';
import { openS3Bucket } from '../../publish/s3-bucket.ts';
import { listS3Pages } from '../../publish/s3-pages.ts';
import type { PlannedInput } from '../distribute/planned-run.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Every object below a prefix of a bucket, but for the empty ones whose key ends with a slash, which stand for folders.
 *
 * @param uri `s3://<bucket>/<prefix>/`
 * @param environment see `readS3Settings` for the variables
 * @throws {ServingError} as `BatchInput.stream`; NOT_IMPLEMENTED for a server without ETags
 */
export async function listS3Inputs(
  uri: string,
  environment: Environment,
  options: CallOptions = {},
): Promise<PlannedInput[]> {
  const bucket = openS3Bucket(uri, environment);
  const { common, root } = bucket;
  const pages = await listS3Pages(bucket, '', undefined, options);
  return pages
    .flatMap(({ objects }) => objects)
    .filter(({ key }) => key !== '' && !key.endsWith('/'))
    .map(({ key, etag, sizeBytes }) => {
      const name = `s3://${common.Bucket}/${root}${key}`;
      if (etag === undefined) throw new ServingError('NOT_IMPLEMENTED', `${name} has no ETag`);
      return { uri: name, key: root + key, etag, sizeBytes };
    });
}
