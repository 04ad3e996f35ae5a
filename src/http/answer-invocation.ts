import { ServingError } from '../errors.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import type { Lease, ModelCache } from '../serving/loaded-model.ts';
import { eventModel, type Telemetry } from '../telemetry.ts';
import { borrowModel } from './borrow-model.ts';
import { type Deadline, within } from './deadline.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import { type RequestLimits, refuseLargeBody } from './limits.ts';
import { type Headers, headersFor } from './model-headers.ts';
import { type Scored, scoreInvocation } from './score-invocation.ts';

export interface InvocationsOptions {
  readonly cache: ModelCache;
  readonly modelUri: string;
  readonly limits: RequestLimits;
  readonly telemetry: Telemetry;
  /** Turn what was thrown into an answer, and report it. */
  readonly fail: (error: unknown) => HttpResponse;
}

export type AnswerInvocation = (request: HttpRequest, deadline: Deadline) => Promise<HttpResponse>;

/**
 * POST `/invocations`: borrow the model, score, give it back.
 *
 * This is the hot path: one wait (for the lease), and none for a model that answers synchronously.
 */
export function createInvocations(options: InvocationsOptions): AnswerInvocation {
  const { cache, modelUri, limits, telemetry, fail } = options;
  const headersByVersion = new WeakMap<ModelVersion, Headers>();

  function headersOf(version: ModelVersion): Headers {
    const known = headersByVersion.get(version);
    if (known) return known;
    const headers = headersFor(version);
    headersByVersion.set(version, headers);
    return headers;
  }

  async function invoke({ headers, body }: HttpRequest, deadline: Deadline, startedAtMs: number) {
    refuseLargeBody(body, limits.maxBodyBytes);
    const lease = await borrowModel(cache, modelUri, deadline);
    const { model } = lease;
    const modelHeaders = headersOf(model.version);
    let scoring: Scored | Promise<Scored> = NOTHING;
    try {
      scoring = scoreInvocation({ contentType: headers['content-type'], body, model, limits });
      const { text, rows } = scoring instanceof Promise ? await within(scoring, deadline) : scoring;
      const durationMs = performance.now() - startedAtMs;
      telemetry.emit({ type: 'predicted', model: eventModel(model.version), rows, durationMs });
      return { status: 200, headers: modelHeaders, body: text };
    } catch (error) {
      const failure = refuse(error, startedAtMs, model.version);
      return { ...failure, headers: { ...modelHeaders, ...failure.headers } };
    } finally {
      releaseAfter(scoring, lease);
    }
  }

  function refuse(error: unknown, startedAtMs: number, model?: ModelVersion): HttpResponse {
    const response = fail(error);
    telemetry.emit({
      type: 'refused',
      status: response.status,
      code: error instanceof ServingError ? error.code : 'INTERNAL_ERROR',
      durationMs: performance.now() - startedAtMs,
      ...(model && { model: eventModel(model) }),
    });
    return response;
  }

  return async (request, deadline) => {
    const startedAtMs = performance.now();
    try {
      return await invoke(request, deadline, startedAtMs);
    } catch (error) {
      return refuse(error, startedAtMs);
    }
  };
}

const NOTHING: Scored = { text: '', rows: 0 };

/** A model that is still computing when the time is over stays open until it is done. */
function releaseAfter(scoring: Scored | Promise<Scored>, lease: Lease): void {
  const release = (): void => lease.release();
  if (scoring instanceof Promise) scoring.then(release, release);
  else release();
}
