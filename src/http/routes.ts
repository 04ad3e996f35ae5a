import { ServingError } from '../errors.ts';
import { DEFAULT_LIMITS, type RequestLimits } from '../invocation/limits.ts';
import { createLog, type Log } from '../log.ts';
import type { ModelCache } from '../serving/loaded-model.ts';
import { NO_TELEMETRY, type Telemetry } from '../telemetry.ts';
import { createInvocations } from './answer-invocation.ts';
import { borrowModel } from './borrow-model.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { errorResponse } from './error-response.ts';
import type { HttpHandler, HttpRequest, HttpResponse, RequestContext } from './http-message.ts';

/** The release whose answers we give; `/version` says so. */
export const MLFLOW_VERSION = '3.17.2';

export interface HttpHandlerOptions {
  readonly cache: ModelCache;
  readonly modelUri: string;
  /** @default DEFAULT_LIMITS */
  readonly limits?: RequestLimits;
  /** @default 60,000 ms - MLflow's own; after it the answer is 504 */
  readonly timeoutMs?: number;
  /** @default none - hears of every prediction and every refusal */
  readonly telemetry?: Telemetry;
  /** @default one that keeps nothing - gets one line for each answer of 500 and above */
  readonly log?: Log;
}

/** Time to write the 504 and to get it out before the platform gives up; ms. */
const PLATFORM_MARGIN_MS = 250;

const METHOD_BY_PATH: ReadonlyMap<string, 'GET' | 'POST'> = new Map([
  ['/ping', 'GET'],
  ['/health', 'GET'],
  ['/version', 'GET'],
  ['/invocations', 'POST'],
]);

/** Where the HTTP client of `mlflow.deployments` sends its requests; the name is the client's. */
const ENDPOINT_INVOCATIONS = /^\/endpoints\/[^/]+\/invocations$/;

/** Which method a path takes; undefined for a path we do not have. */
const methodOf = (path: string): 'GET' | 'POST' | undefined =>
  METHOD_BY_PATH.get(path) ?? (ENDPOINT_INVOCATIONS.test(path) ? 'POST' : undefined);

/**
 * MLflow's scoring server as a function: four routes and no platform.
 *
 * `/endpoints/<name>/invocations` is a second way to `/invocations`, for MLflow's deployments client.
 * Never rejects. HEAD is answered like GET, body included: leaving the body out is the door's part.
 *
 * @see mlflow/pyfunc/scoring_server/__init__.py, `init`; mlflow/deployments/mlflow/__init__.py, `predict`
 */
export function createHttpHandler(options: HttpHandlerOptions): HttpHandler {
  const { cache, modelUri, timeoutMs = 60_000, telemetry = NO_TELEMETRY } = options;
  const limits = options.limits ?? DEFAULT_LIMITS;
  const log = options.log ?? createLog({ level: 'silent' });
  const fail = (error: unknown): HttpResponse => failed(error, log);
  const invoke = createInvocations({ cache, modelUri, limits, telemetry, fail });

  async function ping(deadline: Deadline): Promise<HttpResponse> {
    try {
      const lease = await borrowModel(cache, modelUri, deadline);
      lease.release();
      return jsonText(200, '\n');
    } catch (error) {
      return fail(error);
    }
  }

  // Not async: the invocation's own promise goes to the door.
  return (request, context) => {
    const { path, method } = request;
    const deadline = deadlineOf(context, timeoutMs);
    if (path === '/invocations' && method === 'POST') return invoke(request, deadline);
    const allowed = methodOf(path);
    if (allowed === undefined) return Promise.resolve(redirectOrNotFound(request));
    if (allowed === 'POST' && method === 'POST') return invoke(request, deadline);
    const isAllowed = allowed === 'GET' && (method === 'GET' || method === 'HEAD');
    if (!isAllowed) return Promise.resolve(methodNotAllowed(allowed));
    return path === '/version' ? Promise.resolve(jsonText(200, MLFLOW_VERSION)) : ping(deadline);
  };
}

/** Ours, or the platform's when that comes sooner. */
function deadlineOf({ deadlineMs }: RequestContext, timeoutMs: number): Deadline {
  const nowMs = Date.now();
  if (deadlineMs === undefined) return deadlineIn(timeoutMs, nowMs);
  const platformMs = Math.max(0, deadlineMs - nowMs - PLATFORM_MARGIN_MS);
  return deadlineIn(Math.min(timeoutMs, platformMs), nowMs);
}

/** The answer for an error; what the client cannot mend is written down for the operator, once. */
function failed(error: unknown, log: Log): HttpResponse {
  const response = errorResponse(error);
  if (!(error instanceof ServingError)) log.error('a request failed', { error });
  else if (response.status >= 500) log.warn('a request could not be answered', { error });
  return response;
}

const jsonText = (status: number, body: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
});

/** As MLflow's framework answers, a wrong method with the right one in `allow`. */
const methodNotAllowed = (allow: string): HttpResponse => ({
  status: 405,
  headers: { 'content-type': 'application/json', allow },
  body: '{"detail":"Method Not Allowed"}',
});

/**
 * A known path with a slash too many is sent to the right one, relatively: the client's own URL may
 * have a prefix (a stage, a base path) that never gets here.
 */
function redirectOrNotFound({ path, query }: HttpRequest): HttpResponse {
  const target = path.replace(/\/+$/, '');
  if (!METHOD_BY_PATH.has(target)) return jsonText(404, '{"detail":"Not Found"}');
  const up = '../'.repeat(path.length - target.length);
  const location = `${up}${target.slice(1)}${query === '' ? '' : `?${query}`}`;
  return { status: 307, headers: { location }, body: '' };
}
