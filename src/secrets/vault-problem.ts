import { ServingError } from '../errors.ts';
import { describeFailure, isFinal } from '../http-client/attempt.ts';
import { HttpProblem, type HttpProblemKind } from '../http-client/http-problem.ts';

/** What `@azure/core-rest-pipeline` throws for an answer that is no success, and for none. */
interface RestError extends Error {
  readonly statusCode?: number;
  readonly code?: string;
  /** The answer's JSON, which says more than its status. */
  readonly details?: {
    readonly error?: { readonly code?: string; readonly innerError?: { readonly code?: string } };
  };
  readonly response?: { readonly headers: { get(name: string): string | undefined } };
}

type Meaning = readonly [HttpProblemKind, string];

const MEANING_BY_CODE: Readonly<Record<string, Meaning>> = {
  SecretDisabled: ['denied', 'may not be read: its version is disabled'],
  ForbiddenByFirewall: [
    'denied',
    'may not be read from here: the firewall of the vault keeps us out',
  ],
  ForbiddenByConnection: [
    'denied',
    'may not be read from here: the vault takes private connections only',
  ],
};

const FAILING: Meaning = ['failing', 'cannot be read: the vault is failing'];

const MEANING_BY_STATUS: Readonly<Record<number, Meaning>> = {
  400: ['rejected', 'cannot be read; are its name and version right?'],
  401: ['unauthenticated', 'cannot be read: the vault refuses the identity; is it of its tenant?'],
  403: ['denied', 'may not be read; the identity needs the role "Key Vault Secrets User" on it'],
  404: ['rejected', 'does not exist; are name and vault right?'],
  429: ['failing', 'cannot be read: the vault is throttled'],
};

const NO_IDENTITY =
  'cannot be read: no Azure credentials found; sign in with az login, or give the machine a managed identity (AZURE_CLIENT_ID for a user-assigned one)';
const HINT = ' (NODE_EXTRA_CA_CERTS names a PEM file of authorities to trust)';

/**
 * Why a secret of Key Vault could not be read, what to do, and whether another attempt makes sense. What is no
 * failure of the SDK comes back as it is.
 *
 * The service's own message stays in the cause: it names applications and tenants.
 *
 * @param place for messages
 * @see https://learn.microsoft.com/en-us/azure/key-vault/general/rest-error-codes
 */
export function vaultProblem(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || error instanceof ServingError) return error;
  if (/^(Abort|Timeout)Error$/.test(error.name)) {
    return new HttpProblem('failing', `${place} was not answered in time`, { cause: error });
  }
  if (/^(CredentialUnavailable|AggregateAuthentication|Authentication)/.test(error.name)) {
    return new HttpProblem('unauthenticated', `${place} ${NO_IDENTITY}`, { cause: error });
  }
  const { statusCode, code } = error as RestError;
  if (statusCode !== undefined) return refusal(error as RestError, statusCode, place);
  if (code === undefined) return error;
  const reason = error as NodeJS.ErrnoException; // the SDK gives Node's code on
  const message = `${place} cannot be read: ${describeFailure(reason, HINT)}`;
  const retry = isFinal(reason) ? 'never' : 'later';
  return new HttpProblem('unreachable', message, { cause: error, retry });
}

function refusal(error: RestError, status: number, place: string): HttpProblem {
  const { code = '', details, response } = error;
  const own = details?.error?.innerError?.code ?? details?.error?.code ?? code;
  const [kind, text] = MEANING_BY_CODE[own] ?? MEANING_BY_STATUS[status] ?? FAILING;
  const seconds = Number(response?.headers.get('retry-after'));
  const message = `${place} ${text} (${/^[A-Z]\w{1,63}$/.test(own) ? own : `status ${status}`})`;
  return new HttpProblem(kind, message, {
    cause: error,
    status,
    errorCode: own,
    retry: kind === 'failing' ? 'later' : 'never',
    ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
  });
}
