import type { IncomingMessage } from 'node:http';
import { type AwsRefusal, findAwsRefusal } from './aws-refusal.ts';
import { HttpProblem, type HttpProblemKind } from './http-problem.ts';

/** The answer at the end of the redirects. */
export interface Followed {
  readonly response: IncomingMessage;
  /** Scheme, host and path of the URL that answered; for messages. */
  readonly place: string;
  readonly hadCredentials: boolean;
}

export interface ReadJsonOptions {
  /** For messages: scheme, host and path. */
  readonly place: string;
  readonly maxBytes: number;
  /** On the clock of `performance.now()`; milliseconds. */
  readonly deadline: number;
}

/** An error body longer than this is no MLflow error; bytes. */
const MAX_ERROR_BYTES = 64 * 1024;
/** How long the body of an error may take; milliseconds. */
const ERROR_BODY_TIMEOUT_MS = 5_000;
const MAX_QUOTED_CHARACTERS = 200;
/** MLflow's list; 501 is an answer, not a failure. */
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export const isSuccess = (response: IncomingMessage): boolean =>
  response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300;

/**
 * Read a whole answer as JSON.
 *
 * @throws {HttpProblem} `bad-page` for anything else than JSON or too much of it, `unreachable` when it is cut off
 */
export async function readJson(
  response: IncomingMessage,
  { place, maxBytes, deadline }: ReadJsonOptions,
): Promise<unknown> {
  const text = await readBounded(response, { place, maxBytes, deadline });
  const value = parseJson(text);
  if (value !== undefined) return value;
  const received = response.headers['content-type']?.split(';')[0] ?? 'no content type';
  throw new HttpProblem(
    'bad-page',
    `${place} answered ${received}, not MLflow's JSON; is a login page or a proxy in front of it, or the path of the URI wrong?`,
  );
}

/** What an answer that is no success means. Reads the body to find MLflow's error code in it. */
export async function problemFromAnswer(followed: Followed): Promise<HttpProblem> {
  const { response, place } = followed;
  const status = response.statusCode ?? 0;
  const { errorCode, serverMessage } = await readMlflowError(response, place);
  const isMlflows = errorCode !== undefined;
  const refusal = findAwsRefusal(response.headers, followed.hadCredentials, serverMessage);
  const kind = refusal?.kind ?? kindOf(status, isMlflows);
  const retryAfterMs = parseRetryAfter(response.headers['retry-after']);
  const answer = { ...followed, status, errorCode, serverMessage };
  const text = refusal ? describeRefusal(answer, refusal) : describe(kind, answer);
  return new HttpProblem(kind, text, {
    status,
    retry: refusal?.retry ?? (RETRIED_STATUSES.has(status) ? 'later' : 'never'),
    ...(isMlflows && { errorCode }),
    ...(serverMessage !== undefined && { serverMessage }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function kindOf(status: number, isMlflows: boolean): HttpProblemKind {
  if (status === 401 || status === 407) return 'unauthenticated';
  if (status === 403) return 'denied';
  if (RETRIED_STATUSES.has(status) || (status >= 500 && status !== 501)) return 'failing';
  if (!isMlflows) return 'bad-page';
  return status === 404 ? 'not-found' : 'rejected';
}

interface Answer extends Followed {
  readonly status: number;
  readonly errorCode: string | undefined;
  readonly serverMessage: string | undefined;
}

function describe(kind: HttpProblemKind, answer: Answer): string {
  const { status, place, errorCode, serverMessage } = answer;
  switch (kind) {
    case 'unauthenticated':
      return answer.hadCredentials
        ? `${place} refuses these credentials (status ${status})`
        : `${place} wants credentials and got none (status ${status}); set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN`;
    case 'denied':
      return `${place} denies access to these credentials (status ${status})`;
    case 'bad-page':
      return `${place} answered status ${status} without MLflow's JSON; is a proxy in front of it, or the path of the URI wrong?`;
    case 'failing':
      return `${place} is failing (status ${status})`;
    default:
      return `${place} answered ${errorCode}${serverMessage ? `: ${serverMessage}` : ''}`;
  }
}

const describeRefusal = ({ place, status }: Answer, { text, errorType }: AwsRefusal): string =>
  `${place} ${text} (status ${status}, ${errorType})`;

async function readMlflowError(
  response: IncomingMessage,
  place: string,
): Promise<{ errorCode?: string; serverMessage?: string }> {
  const deadline = performance.now() + ERROR_BODY_TIMEOUT_MS;
  let text: string;
  try {
    text = await readBounded(response, { place, maxBytes: MAX_ERROR_BYTES, deadline });
  } catch {
    return {}; // The status is reported by the caller; a broken error page adds nothing to it.
  }
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return {};
  const { error_code: code, message } = value as Record<string, unknown>;
  return {
    ...(typeof code === 'string' && { errorCode: oneLine(code) }),
    ...(typeof message === 'string' && { serverMessage: oneLine(message) }),
  };
}

async function readBounded(response: IncomingMessage, options: ReadJsonOptions): Promise<string> {
  const { place, maxBytes, deadline } = options;
  const tooSlow = new Error('the answer did not end in time');
  const timer = setTimeout(
    () => response.destroy(tooSlow),
    Math.max(1, deadline - performance.now()),
  );
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) {
        throw new HttpProblem('bad-page', `${place} answered more than ${maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof HttpProblem || (cause as Error).name === 'AbortError') throw cause;
    const message = `${place} broke off its answer`;
    throw new HttpProblem('unreachable', message, { cause, retry: 'later' });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `undefined` for text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Reported by the caller, who knows what was asked for.
  }
}

/** Seconds or an HTTP date; milliseconds from now, `undefined` when it is neither. */
function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

const oneLine = (text: string): string =>
  text.replace(/\s+/g, ' ').trim().slice(0, MAX_QUOTED_CHARACTERS);
