import type { RestError } from '@azure/storage-blob';
import { ServingError } from '../errors.ts';
import { describeFailure, isFinal } from '../http-client/attempt.ts';
import { HttpProblem } from '../http-client/http-problem.ts';
import {
  changedWhileRead,
  type Meaning,
  passingMeaning,
  refusedAnswer,
  UNKNOWN_MEANING,
} from './storage-answer.ts';

/** What the service answered: its own code, such as `BlobNotFound`, and the status. */
export interface BlobFailure {
  readonly code: string;
  readonly status: number;
}

/** What a request needs to be allowed to do. */
export type BlobAccess = 'read' | 'write';

export interface BlobRequest {
  /** For messages. */
  readonly place: string;
  readonly access: BlobAccess;
}

const MISSING = 'RESOURCE_DOES_NOT_EXIST';
const DENIED = 'PERMISSION_DENIED';
const UNAUTHENTICATED = 'UNAUTHENTICATED';
const UNAVAILABLE = 'TEMPORARILY_UNAVAILABLE';

const ROLE_BY_ACCESS: Readonly<Record<BlobAccess, string>> = {
  read: 'Storage Blob Data Reader',
  write: 'Storage Blob Data Contributor',
};

/** @see https://learn.microsoft.com/en-us/rest/api/storageservices/blob-service-error-codes */
const MEANING_BY_CODE: Readonly<Record<string, Meaning>> = {
  BlobNotFound: { error: MISSING, text: 'does not exist' },
  ResourceNotFound: { error: MISSING, text: 'does not exist' },
  ContainerNotFound: {
    error: MISSING,
    text: 'does not exist: there is no such container; make it first, or correct its name',
  },
  InvalidResourceName: { error: MISSING, text: 'does not exist: nothing can have this name' },
  '404': { error: MISSING, text: 'does not exist' },
  AuthenticationFailed: { error: UNAUTHENTICATED, text: 'refuses the credentials' },
  InvalidAuthenticationInfo: { error: UNAUTHENTICATED, text: 'refuses the credentials' },
  NoAuthenticationInformation: { error: UNAUTHENTICATED, text: 'wants credentials' },
  '401': { error: UNAUTHENTICATED, text: 'refuses the credentials' },
  KeyBasedAuthenticationNotPermitted: {
    error: DENIED,
    text: 'takes no account keys: leave AZURE_STORAGE_CONNECTION_STRING and AZURE_STORAGE_ACCESS_KEY out, and give the identity a role',
  },
  AccountIsDisabled: { error: DENIED, text: 'belongs to an account that is disabled' },
  BlobArchived: { error: DENIED, text: 'is archived; restore it first' },
  BlobImmutableDueToPolicy: { error: DENIED, text: 'may not be changed, by a policy' },
  LeaseIdMissing: { error: UNAVAILABLE, text: 'is leased by somebody else', retry: 'later' },
};

/** The answer behind an error of the SDK; `undefined` when no answer came. */
export function findBlobFailure(error: unknown): BlobFailure | undefined {
  if (!isRestError(error) || error.statusCode === undefined || error.statusCode < 300)
    return undefined;
  const { statusCode: status, code = '' } = error;
  const own = code !== '' && /^[A-Z][A-Za-z]{2,63}$/.test(code) ? code : headerCode(error);
  return { status, code: own ?? String(status) };
}

/** A missing container is a wrong setting, not an object that is not there. */
export function isMissingBlob(error: unknown): boolean {
  const failure = findBlobFailure(error);
  return failure?.status === 404 && failure.code !== 'ContainerNotFound';
}

/**
 * The error to throw for a call of the SDK that failed; its cause tells whether another attempt makes sense.
 * What is neither the service's nor the network's failure comes back as it is.
 */
export function translateBlobError(error: unknown, request: BlobRequest): unknown {
  if (!(error instanceof Error) || error instanceof ServingError) return error;
  if (/^(CredentialUnavailable|AggregateAuthentication|Authentication)/.test(error.name)) {
    return noCredentials(error);
  }
  const failure = findBlobFailure(error);
  if (failure !== undefined) return toServingError(failure, retryAfterOf(error), request);
  if (!isRestError(error) && !('code' in error)) return error;
  const reason = error as NodeJS.ErrnoException; // the SDK gives Node's code on
  const retry = isFinal(reason) ? 'never' : 'later';
  const message = `cannot reach ${request.place}: ${describeFailure(reason, HINT)}`;
  return new HttpProblem('unreachable', message, { cause: error, retry }).toServingError();
}

/** The head of an answer came, and then not what belongs to it. */
export const blobBrokeOff = (place: string, cause?: unknown): ServingError =>
  new HttpProblem('failing', `${place} broke off in the middle of its answer`, {
    cause,
    retry: 'later',
  }).toServingError();

const HINT = ' (NODE_EXTRA_CA_CERTS names a PEM file of authorities to trust)';

function toServingError(
  { status, code }: BlobFailure,
  retryAfterMs: number | undefined,
  request: BlobRequest,
): ServingError {
  const { place } = request;
  if (status === 412 && code !== 'LeaseIdMissing') return changedWhileRead(place);
  if (status === 416) return changedWhileRead(place);
  const meaning = MEANING_BY_CODE[code] ?? passingMeaning(status) ?? meaningOf(status, request);
  return refusedAnswer(place, { status, code, retryAfterMs }, meaning);
}

function meaningOf(status: number, { access }: BlobRequest): Meaning {
  if (status !== 403) return UNKNOWN_MEANING;
  const text = `is denied to this identity; it needs the role "${ROLE_BY_ACCESS[access]}" there, and the account's network rules must let it in`;
  return { error: DENIED, text };
}

const noCredentials = (cause: unknown): ServingError =>
  new ServingError(
    UNAUTHENTICATED,
    'no Azure credentials found; sign in with az login, give the machine a managed identity (AZURE_CLIENT_ID for a user-assigned one), or set AZURE_STORAGE_CONNECTION_STRING',
    { cause },
  );

const isRestError = (error: unknown): error is RestError =>
  error instanceof Error && error.name === 'RestError';

const headerCode = ({ response }: RestError): string | undefined =>
  response?.headers.get('x-ms-error-code');

function retryAfterOf(error: unknown): number | undefined {
  const seconds = isRestError(error) ? Number(error.response?.headers.get('retry-after')) : 0;
  return seconds > 0 ? seconds * 1000 : undefined;
}
