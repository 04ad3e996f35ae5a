import { ServingError } from '../errors.ts';

/** One page of `ListObjectsV2`. */
export interface S3Page {
  readonly objects: readonly { readonly key: string; readonly sizeBytes: number }[];
  /** Prefixes that end with the delimiter, when one was asked for. */
  readonly folders: readonly string[];
  /** Absent on the last page. */
  readonly nextToken: string | undefined;
}

interface ListBucketResult {
  readonly EncodingType?: string;
  readonly NextContinuationToken?: string;
  readonly Contents?: readonly { readonly Key: string; readonly Size: string }[];
  readonly CommonPrefixes?: readonly { readonly Prefix: string }[];
}

/**
 * Read one page. The XML parser is loaded here, because a model with a manifest is never listed.
 *
 * Keys are asked for percent-encoded, since XML cannot hold every character a key can; a server that
 * ignored that says so by leaving `EncodingType` out.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE for an answer that is not such a page
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export async function parseS3Page(xml: string, place: string): Promise<S3Page> {
  const result = await parseXml(xml, place);
  const decode = result.EncodingType === 'url' ? decodeFormValue : (text: string) => text;
  return {
    objects: (result.Contents ?? []).map(({ Key, Size }) => ({
      key: decode(Key),
      sizeBytes: Number(Size),
    })),
    folders: (result.CommonPrefixes ?? []).map(({ Prefix }) => decode(Prefix)),
    nextToken: result.NextContinuationToken || undefined,
  };
}

async function parseXml(xml: string, place: string): Promise<ListBucketResult> {
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true, // without it &#39; stays as it is, and servers written in Go send that
    isArray: (name) => name === 'Contents' || name === 'CommonPrefixes',
  });
  let result: unknown;
  try {
    result = parser.parse(xml)?.ListBucketResult;
  } catch (cause) {
    throw notAListing(place, cause);
  }
  if (typeof result !== 'object' || result === null) throw notAListing(place);
  return result as ListBucketResult;
}

/** S3 writes a space as `+` in a listing, other servers as `%20`; a plus sign is always `%2B`. */
export const decodeFormValue = (text: string): string =>
  decodeURIComponent(text.replaceAll('+', ' '));

const notAListing = (place: string, cause?: unknown): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `${place} was not answered with a listing; is the S3 endpoint right?`,
    { cause },
  );
