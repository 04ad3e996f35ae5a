import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import type { HttpRequest } from '../../../src/http/http-message.ts';
import { createLog } from '../../../src/log.ts';
import { createDeliveries } from '../../../src/registry-events/deliveries.ts';
import {
  createEventsHandler,
  type EventsHandlerOptions,
} from '../../../src/registry-events/events-handler.ts';
import { createMemoryObjectStore } from '../../helpers/memory-object-store.ts';
import { signedHeaders, webhookBody } from '../../helpers/signed-webhook.ts';

const SECRET = 'a secret';
const NOW_MS = 1_767_225_600_000;
const BODY = webhookBody('model_version_alias', 'created', {
  name: 'wine',
  alias: 'champion',
  version: '3',
});

function setUp(options: Partial<EventsHandlerOptions> = {}) {
  const store = createMemoryObjectStore();
  const lines: string[] = [];
  const received: unknown[] = [];
  const now = (): number => NOW_MS;
  const create = () =>
    createEventsHandler({
      secrets: async () => [SECRET],
      deliveries: createDeliveries({ store, now }),
      receive: async (event) => {
        received.push(event);
        return 'done';
      },
      log: createLog({ level: 'debug', stream: { write: (line) => lines.push(line) } }),
      now,
      ...options,
    });
  return { answer: create(), create, store, lines, received };
}

function webhook(body = BODY, id?: string): HttpRequest {
  const headers = signedHeaders({ body, secret: SECRET, nowMs: NOW_MS, ...(id && { id }) });
  return { method: 'POST', path: '/registry-events', query: '', headers, body };
}

const CONTEXT = { requestId: 'r' };

describe('POST /registry-events', () => {
  it('passes a webhook on and remembers it in the bucket', async () => {
    const { answer, received, store, lines } = setUp();

    const response = await answer(webhook(BODY, 'd-1'), CONTEXT);

    expect(response).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"status":"done"}',
    });
    expect(received).toEqual([{ kind: 'alias', name: 'wine', alias: 'champion' }]);
    expect(store.json('events/d-1.json')).toEqual({ done_at: '2026-01-01T00:00:00.000Z' });
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(SECRET);
  });

  it('answers 202 for what is handed over', async () => {
    const { answer } = setUp({ receive: async () => 'accepted' });

    expect((await answer(webhook(), CONTEXT)).status).toBe(202);
  });

  it('ignores events that are not for us', async () => {
    const { answer, received } = setUp();
    const prompt = webhook(webhookBody('prompt', 'created', { name: 'hello' }));

    expect(await answer(prompt, CONTEXT)).toMatchObject({
      status: 200,
      body: '{"status":"ignored"}',
    });
    expect(received).toEqual([]);
  });

  it('refuses a repetition, in this instance and in another one', async () => {
    const { answer, create, received } = setUp();
    const request = webhook();
    await answer(request, CONTEXT);

    for (const instance of [answer, create()]) {
      const response = await instance(request, CONTEXT);
      expect(response.status).toBe(409);
      expect(JSON.parse(response.body)).toMatchObject({ error_code: 'RESOURCE_CONFLICT' });
    }
    expect(received).toHaveLength(1);
  });

  it('takes a delivery again that failed', async () => {
    let failures = 1;
    const { answer, store } = setUp({
      receive: async () => {
        if (failures-- > 0) throw new ServingError('TEMPORARILY_UNAVAILABLE', 'MLflow is down');
        return 'done';
      },
    });
    const request = webhook();

    expect((await answer(request, CONTEXT)).status).toBe(503);
    expect(store.writes).toEqual([]);
    expect((await answer(request, CONTEXT)).status).toBe(200);
    expect((await answer(request, CONTEXT)).status).toBe(409);
  });

  it('refuses a forgery before anything is asked or read', async () => {
    const { answer, received, store, lines } = setUp();
    store.read = async () => {
      throw new Error('asked');
    };
    const request = webhook();

    const response = await answer({ ...request, body: `${BODY} ` }, CONTEXT);

    expect(response.status).toBe(401);
    expect(JSON.parse(response.body)).toMatchObject({ error_code: 'UNAUTHENTICATED' });
    expect(response.body).not.toContain('signature');
    expect(received).toEqual([]);
    expect(lines.join()).toContain('its signature is missing or not made with a secret of ours');
  });

  it('looks for a rotated secret before it refuses', async () => {
    const asked: unknown[] = [];
    const { answer } = setUp({
      secrets: async (options) => {
        asked.push(options);
        return options?.again ? [SECRET, 'old'] : ['old'];
      },
    });

    expect((await answer(webhook(), CONTEXT)).status).toBe(200);
    expect(asked).toEqual([undefined, { again: true }]);
  });

  it.each([
    'INVALID_PARAMETER_VALUE',
    'PERMISSION_DENIED',
  ] as const)('says nothing of its secret to strangers when that cannot be read: %s', async (code) => {
    const { answer, lines } = setUp({
      secrets: async () => {
        throw new ServingError(code, 'secret "prod/mlflow" (Secrets Manager) cannot be had');
      },
    });

    const response = await answer(webhook(), CONTEXT);

    expect(response.status).toBe(503);
    expect(response.body).not.toContain('prod/mlflow');
    expect(lines.join()).toContain('prod/mlflow');
  });

  it.each([
    'UNAUTHENTICATED',
    'PERMISSION_DENIED',
    'RESOURCE_DOES_NOT_EXIST',
  ] as const)('says 503, not %s, when the store or MLflow refuses us', async (code) => {
    const { answer } = setUp({
      receive: async () => {
        throw new ServingError(code, 'no');
      },
    });

    expect((await answer(webhook(), CONTEXT)).status).toBe(503);
  });

  it('hides the words of an unexpected error, and logs them once', async () => {
    const { answer, lines } = setUp({
      receive: async () => {
        throw new Error('a bug in /var/task');
      },
    });

    const response = await answer(webhook(), CONTEXT);

    expect(response.status).toBe(500);
    expect(response.body).not.toContain('bug');
    expect(lines).toHaveLength(1);
  });

  it('answers before the platform gives up', async () => {
    const { answer } = setUp({
      receive: (_event, { signal }) =>
        new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
    });

    const response = await answer(webhook(), { ...CONTEXT, deadlineMs: NOW_MS + 2_050 });

    expect(response.status).toBe(503);
    expect(JSON.parse(response.body).message).toContain('did not answer in time');
  });

  it.each([
    { name: 'another path', request: { path: '/invocations' }, status: 404 },
    { name: 'another method', request: { method: 'GET' }, status: 405 },
    { name: 'a body of 1 MiB', request: { body: ' '.repeat(2 ** 20 + 1) }, status: 413 },
  ])('answers $status to $name', async ({ request, status }) => {
    const { answer } = setUp();

    expect((await answer({ ...webhook(), ...request }, CONTEXT)).status).toBe(status);
  });

  it('answers 400 to what is signed and no webhook', async () => {
    const { answer } = setUp();

    expect((await answer(webhook('[]'), CONTEXT)).status).toBe(400);
  });
});

describe('deliveries', () => {
  it('are forgotten when no signature is good for them any more', async () => {
    const store = createMemoryObjectStore();
    let nowMs = 0;
    const deliveries = createDeliveries({ store, now: () => nowMs });
    await deliveries.markDone('a');

    nowMs = 60 * 60_000;
    await deliveries.sweep();
    expect(store.objects.size).toBe(1);
    nowMs += 1;
    await deliveries.sweep();
    expect(store.objects.size).toBe(0);
  });
});
