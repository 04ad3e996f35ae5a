import { type ErrorCode, ServingError } from '../errors.ts';
import { errorResponse } from '../http/error-response.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { refuseLargeBody } from '../invocation/limits.ts';
import type { Log } from '../log.ts';
import type { Deliveries } from './deliveries.ts';
import type { WorkOptions } from './following.ts';
import { parseRegistryEvent, type RegistryEvent } from './parse-registry-event.ts';
import { verifyWebhook } from './verify-webhook.ts';

/** `accepted`: it will be worked off, by somebody with more time. */
export type Received = 'done' | 'ignored' | 'accepted';

/** The current secret and, while it is rotated, the one before; `again` when none of those remembered fits. */
export type WebhookSecrets = (options?: { readonly again?: boolean }) => Promise<readonly string[]>;

export interface EventsHandlerOptions {
  readonly secrets: WebhookSecrets;
  readonly deliveries: Deliveries;
  readonly receive: (event: RegistryEvent, options: WorkOptions) => Promise<Received>;
  /** MLflow's workspace; events of others are ignored. */
  readonly workspace?: string | undefined;
  readonly log: Log;
  /** @default Date.now - ms since epoch */
  readonly now?: () => number;
}

export const EVENTS_PATH = '/registry-events';

/** A description and tags may be long; a webhook with more than this is none. */
const MAX_BODY_BYTES = 2 ** 20;
/** For the answer to get back before the platform gives up; ms. */
const MARGIN_MS = 2_000;

/**
 * POST `/registry-events`: MLflow's webhooks. Never rejects.
 *
 * 200 for what is done or does not concern us, 202 for what will be done, 401 for a forgery, 409 for a
 * repetition, 503 and 504 for what MLflow should send again.
 */
export function createEventsHandler(options: EventsHandlerOptions): HttpHandler {
  const { secrets, deliveries, receive, workspace, log, now = Date.now } = options;

  /** A secret that was just rotated may not be known here yet. */
  async function verify(request: HttpRequest): Promise<string> {
    try {
      return verifyWebhook(request, { secrets: await readSecrets(), nowMs: now() });
    } catch (error) {
      if (!(error instanceof ServingError) || error.code !== 'UNAUTHENTICATED') throw error;
      const again = await readSecrets({ again: true });
      return verifyWebhook(request, { secrets: again, nowMs: now() });
    }
  }

  /** Anybody may ask before a signature is checked: where the secret is kept is for the log. */
  async function readSecrets(which?: Parameters<WebhookSecrets>[0]): Promise<readonly string[]> {
    try {
      return await secrets(which);
    } catch (error) {
      throw error instanceof ServingError ? cannotCheck(error) : error;
    }
  }

  async function take(request: HttpRequest, signal: AbortSignal): Promise<Received> {
    refuseLargeBody(request.body, MAX_BODY_BYTES);
    const id = await verify(request);
    if (await asOurFault(deliveries.isDone(id, { signal }))) throw repeated(id);
    const event = parseRegistryEvent(request.body, { workspace });
    const startedAtMs = now();
    const received = event ? await asOurFault(receive(event, { signal })) : 'ignored';
    await asOurFault(deliveries.markDone(id, { signal }));
    const durationMs = now() - startedAtMs;
    log.info('registry event', { delivery: id, ...event, outcome: received, durationMs });
    return received;
  }

  return async (request, { deadlineMs }) => {
    const { path, method } = request;
    if (path !== EVENTS_PATH) return json(404, '{"detail":"Not Found"}');
    if (method !== 'POST') return json(405, '{"detail":"Method Not Allowed"}', { allow: 'POST' });
    const time = limitTime(deadlineMs === undefined ? undefined : deadlineMs - MARGIN_MS - now());
    try {
      const status = await take(request, time.signal);
      return json(status === 'accepted' ? 202 : 200, JSON.stringify({ status }));
    } catch (error) {
      return failed(time.signal.aborted ? time.signal.reason : error, log);
    } finally {
      time.stop();
    }
  };
}

const json = (status: number, body: string, headers = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
});

function limitTime(ms: number | undefined): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  if (ms === undefined) return { signal: controller.signal, stop: () => {} };
  const timer = setTimeout(() => controller.abort(timeIsOver()), Math.max(0, ms));
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

function failed(error: unknown, log: Log): HttpResponse {
  const response = errorResponse(error);
  if (!(error instanceof ServingError)) log.error('a registry event failed', { error });
  else if (response.status >= 500) log.warn('a registry event could not be applied', { error });
  else log.info('a registry event was refused', { error });
  return response;
}

const OUR_FAULTS: readonly ErrorCode[] = [
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'RESOURCE_DOES_NOT_EXIST',
];

/** A store or a server that refuses us is no fault of the webhook's: MLflow should send it again. */
async function asOurFault<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ServingError) || !OUR_FAULTS.includes(error.code)) throw error;
    throw new ServingError('TEMPORARILY_UNAVAILABLE', error.message, { cause: error });
  }
}

const cannotCheck = (cause: ServingError): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    'webhooks cannot be checked now: their secret cannot be read, the log says why; send the event again',
    { cause },
  );

const repeated = (id: string): ServingError =>
  new ServingError('RESOURCE_CONFLICT', `delivery ${id} has been worked off already`);

const timeIsOver = (): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    'MLflow or the bucket did not answer in time; send the event again',
  );
