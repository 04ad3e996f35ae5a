import { decodeQueueText } from '../../azure/queue-text.ts';
import { ServingError } from '../../errors.ts';

/** A blob that was created, or what else a message says. */
export type BlobEvent =
  | {
      readonly kind: 'created';
      /** `wasbs://<container>@<account>.blob.core.windows.net/<key>` */
      readonly uri: string;
    }
  /** Nothing to be done; `why` is for the log. */
  | { readonly kind: 'left-out'; readonly why: string };

/**
 * What a message of the batch queue tells: an event of Event Grid, in its own schema or as CloudEvents 1.0, or several of
 * them; or what the poison queue holds, so that it can be put back.
 *
 * The name of the blob is the subject's: the URL is percent-encoded, and of two forms in a Data Lake account.
 *
 * @param message as the trigger gives it: parsed already when it was JSON
 * @throws {ServingError} BAD_REQUEST for anything else
 * @see https://learn.microsoft.com/en-us/azure/event-grid/event-schema-blob-storage
 */
export function parseBlobEvents(message: unknown): BlobEvent[] {
  const value = typeof message === 'string' ? parseJson(message) : message;
  if (Array.isArray(value)) {
    if (value.length === 0) throw unknown('it has no event');
    return value.flatMap(parseBlobEvents);
  }
  const event = mapping(value);
  if (event['poison'] !== undefined) return parseBlobEvents(event['poison']);
  const type = event['eventType'] ?? event['type'];
  if (typeof type !== 'string') throw unknown('it has no eventType and no type');
  if (type !== 'Microsoft.Storage.BlobCreated') {
    return [{ kind: 'left-out', why: `events of type ${type.slice(0, 80)} are not asked for` }];
  }
  return [parseCreated(event)];
}

/** Calls that begin a file of a Data Lake account; its end is an event of its own. */
const BEGINNINGS: ReadonlySet<unknown> = new Set(['CreateFile', 'SftpCreate']);

function parseCreated(event: Readonly<Record<string, unknown>>): BlobEvent {
  const data = mapping(event['data']);
  const subject = String(event['subject'] ?? '');
  const [, container, key] =
    /^\/blobServices\/default\/containers\/([^/]+)\/blobs\/(.+)$/s.exec(subject) ?? [];
  const host = URL.parse(String(data['url'] ?? ''))?.hostname;
  if (container === undefined || key === undefined) throw unknown('its subject names no blob');
  if (!host) throw unknown('data.url is no address');
  if (BEGINNINGS.has(data['api']) && data['contentLength'] === 0) {
    return { kind: 'left-out', why: `${key} was begun; there is another event when it is whole` };
  }
  if (data['blobType'] !== undefined && data['blobType'] !== 'BlockBlob') {
    return { kind: 'left-out', why: `${key} is no block blob` };
  }
  return { kind: 'created', uri: `wasbs://${container}@${accountHost(host)}/${key}` };
}

/** An emulator's address has the account in its path; where it is, the connection string says. */
function accountHost(host: string): string {
  const isAddress = /^[\d.]+$|^localhost$/.test(host);
  return isAddress ? 'devstoreaccount1.blob.core.windows.net' : host.replace('.dfs.', '.blob.');
}

/** The host decodes base64 itself, unless somebody has told it not to. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(decodeQueueText(text));
  } catch (cause) {
    throw unknown('it is no JSON', cause);
  }
}

const mapping = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

const unknown = (what: string, cause?: unknown): ServingError =>
  new ServingError(
    'BAD_REQUEST',
    `message of the batch queue: expected an event of Event Grid about a blob, in its own schema or as CloudEvents 1.0; ${what}`,
    { cause },
  );
