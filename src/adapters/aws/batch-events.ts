import { ServingError } from '../../errors.ts';

/** An object that S3 says was created. */
export interface CreatedObject {
  readonly bucket: string;
  /** As S3 has it: decoded. */
  readonly key: string;
  /** Without quotes, which S3 leaves out of events. */
  readonly etag?: string;
  /** Of a versioned bucket. */
  readonly versionId?: string;
  readonly sizeBytes?: number;
}

/** S3 → SNS → SQS is one envelope; a bus and a topic between are two. */
const MAX_ENVELOPES = 3;

/**
 * Find the objects that one message of the queue tells of: S3's own notification, one that came through SNS, or one
 * of EventBridge, directly or through SNS.
 *
 * What tells of no new object gives none: S3's test event, deleted objects, and folders that the console makes.
 *
 * @param body the message, as the queue has it
 * @throws {ServingError} BAD_REQUEST when it is none of these: it belongs into the dead-letter queue, and not past it
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function parseCreatedObjects(body: string): CreatedObject[] {
  return inEnvelope(body, 0).filter(({ key }) => !key.endsWith('/'));
}

/** A message that tells of one object, in the form of EventBridge's: what starts its scoring again. */
export function encodeCreatedObject({
  bucket,
  key,
  etag,
  versionId,
  sizeBytes,
}: CreatedObject): string {
  const object = { key, etag, size: sizeBytes, 'version-id': versionId };
  return JSON.stringify({
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: bucket }, object },
  });
}

function inEnvelope(text: string, depth: number): CreatedObject[] {
  const event = parseObject(text);
  if (event['Type'] === 'Notification' && typeof event['Message'] === 'string') {
    if (depth === MAX_ENVELOPES) throw unknown(`more than ${MAX_ENVELOPES} envelopes of SNS`);
    return inEnvelope(event['Message'], depth + 1);
  }
  if (event['Event'] === 's3:TestEvent') return [];
  if (event['source'] === 'aws.s3') return fromBus(event);
  if (Array.isArray(event['Records'])) {
    return event['Records'].flatMap((record, i) => fromRecord(record, `Records[${i}]`));
  }
  throw unknown('it is neither');
}

/** EventBridge gives keys as they are. */
function fromBus(event: Readonly<Record<string, unknown>>): CreatedObject[] {
  if (event['detail-type'] !== 'Object Created') return [];
  const detail = mapping(event['detail']);
  const object = mapping(detail['object']);
  const bucket = named(mapping(detail['bucket'])['name'], 'detail.bucket.name');
  const key = named(object['key'], 'detail.object.key');
  return [{ bucket, key, ...rest(object['etag'], object['version-id'], object['size']) }];
}

/** S3's own notifications give keys as in a form: blanks are "+". */
function fromRecord(value: unknown, place: string): CreatedObject[] {
  const record = mapping(value);
  if (record['eventSource'] !== 'aws:s3') {
    throw unknown(`${place}.eventSource is not "aws:s3"`);
  }
  if (!/^(s3:)?ObjectCreated:/.test(String(record['eventName']))) return [];
  const s3 = mapping(record['s3']);
  const object = mapping(s3['object']);
  const bucket = named(mapping(s3['bucket'])['name'], `${place}.s3.bucket.name`);
  const key = decoded(named(object['key'], `${place}.s3.object.key`), place);
  return [{ bucket, key, ...rest(object['eTag'], object['versionId'], object['size']) }];
}

function decoded(key: string, place: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (cause) {
    throw unknown(`${place}.s3.object.key is not URL-encoded UTF-8`, cause);
  }
}

function rest(etag: unknown, versionId: unknown, size: unknown): Partial<CreatedObject> {
  return {
    ...(isText(etag) && { etag: etag.replaceAll('"', '') }),
    ...(isText(versionId) && { versionId }),
    ...(Number.isSafeInteger(size) && { sizeBytes: size as number }),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unknown('it is no JSON', cause);
  }
  return mapping(value);
}

const mapping = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function named(value: unknown, place: string): string {
  if (isText(value)) return value;
  throw unknown(`${place} is missing`);
}

const unknown = (what: string, cause?: unknown): ServingError =>
  new ServingError(
    'BAD_REQUEST',
    `message of the batch queue: expected a notification of S3 or an event of EventBridge, directly or through SNS; ${what}`,
    { cause },
  );
