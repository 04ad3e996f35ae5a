import { ServingError } from '../errors.ts';
import { type RequestLimits, refuseLargeBody } from '../invocation/limits.ts';
import { type Scored, scoreInvocation } from '../invocation/score-invocation.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import type { Lease, ModelCache } from '../serving/loaded-model.ts';
import { eventModel, type Telemetry } from '../telemetry.ts';
import { borrowModel } from './borrow-model.ts';
import { type Deadline, refuseLate, within } from './deadline.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import { type Headers, headersFor } from './model-headers.ts';

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
 * Never rejects. This is the hot path: one wait, for the lease, and none for a model that answers synchronously.
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

  function refuse(error: unknown, startedAtMs: number, model?: ModelVersion): HttpResponse {
    const failure = fail(error);
    telemetry.emit({
      type: 'refused',
      status: failure.status,
      code: error instanceof ServingError ? error.code : 'INTERNAL_ERROR',
      durationMs: performance.now() - startedAtMs,
      ...(model && { model: eventModel(model) }),
    });
    return model ? { ...failure, headers: { ...headersOf(model), ...failure.headers } } : failure;
  }

  return async ({ headers, body }, deadline) => {
    const startedAtMs = performance.now();
    let lease: Lease | undefined;
    let scoring: Scored | Promise<Scored> = NOTHING;
    try {
      refuseLargeBody(body, limits.maxBodyBytes);
      lease = await borrowModel(cache, modelUri, deadline);
      const { model } = lease;
      scoring = scoreInvocation({
        contentType: headers['content-type'],
        body,
        model,
        limits,
        deadlineAtMs: deadline.atMs,
      });
      const { text, rows } = scoring instanceof Promise ? await within(scoring, deadline) : scoring;
      const durationMs = performance.now() - startedAtMs;
      refuseLate(durationMs, deadline);
      telemetry.emit({ type: 'predicted', model: eventModel(model.version), rows, durationMs });
      return { status: 200, headers: headersOf(model.version), body: text };
    } catch (error) {
      return refuse(error, startedAtMs, lease?.model.version);
    } finally {
      if (lease) releaseAfter(scoring, lease);
    }
  };
}

const NOTHING: Scored = { text: '', rows: 0 };

/** A model that is still computing when the time is over stays open until it is done. */
function releaseAfter(scoring: Scored | Promise<Scored>, lease: Lease): void {
  if (scoring instanceof Promise) {
    const release = (): void => lease.release();
    scoring.then(release, release);
  } else {
    lease.release();
  }
}
