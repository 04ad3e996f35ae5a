import { describe, expect, it } from 'vitest';
import type { ServingError } from '../../../src/errors.ts';
import { verifyWebhook } from '../../../src/registry-events/verify-webhook.ts';
import { signedHeaders } from '../../helpers/signed-webhook.ts';

const NOW_MS = 1_767_225_600_000;
const SECRET = 'correct horse battery staple';
const BODY =
  '{"entity": "model_version_alias", "action": "created", "timestamp": "2026-01-01T00:00:00+00:00", "data": {"name": "w\\u00e4in", "alias": "champion", "version": "3"}}';

/**
 * What MLflow 3.17.2 sends: `_generate_hmac_signature('correct horse battery staple',
 * '0b7c1f9e-8f0e-4a57-9d39-0a3c5e0f6f10', '1767225600', BODY)`.
 */
const OF_MLFLOW = 'v1,OX9KYYwSIpJHBWXzFlZ1WHY6WYQvvAFTcC7TUc4VNVI=';

const good = (id?: string) =>
  signedHeaders({ body: BODY, secret: SECRET, nowMs: NOW_MS, ...(id && { id }) });
const options = { secrets: [SECRET], nowMs: NOW_MS };

function refusalOf(headers: Record<string, string | undefined>, body: string = BODY) {
  try {
    verifyWebhook({ headers, body }, options);
  } catch (error) {
    return error as ServingError;
  }
  throw new Error('it was accepted');
}

describe('verifyWebhook', () => {
  it("accepts MLflow's own signature and says which delivery it is", () => {
    const id = '0b7c1f9e-8f0e-4a57-9d39-0a3c5e0f6f10';
    const headers = {
      'x-mlflow-delivery-id': id,
      'x-mlflow-timestamp': '1767225600',
      'x-mlflow-signature': OF_MLFLOW,
    };

    expect(verifyWebhook({ headers, body: BODY }, options)).toBe(id);
    expect(good(id)['x-mlflow-signature']).toBe(OF_MLFLOW);
  });

  it('accepts a body of bytes, and text beyond ASCII', () => {
    const body = '{"name": "Wäin 🍷"}';
    const headers = signedHeaders({ body, secret: SECRET, nowMs: NOW_MS, id: 'a' });

    expect(verifyWebhook({ headers, body }, options)).toBe('a');
    expect(verifyWebhook({ headers, body: Buffer.from(body) }, options)).toBe('a');
  });

  it.each([
    { name: 'the current secret', secrets: [SECRET, 'old'] },
    { name: 'the one before, during a rotation', secrets: ['new', SECRET] },
  ])('accepts $name', ({ secrets }) => {
    expect(verifyWebhook({ headers: good('a'), body: BODY }, { secrets, nowMs: NOW_MS })).toBe('a');
  });

  it.each([-300, 300])('accepts a timestamp that is %i s off', (seconds) => {
    const nowMs = NOW_MS + 1000 * seconds;

    expect(verifyWebhook({ headers: good('a'), body: BODY }, { secrets: [SECRET], nowMs })).toBe(
      'a',
    );
  });

  it('refuses every forgery in the same words', () => {
    const headers = good('a');
    const other = signedHeaders({ body: BODY, secret: 'guess', nowMs: NOW_MS, id: 'a' });
    const old = signedHeaders({ body: BODY, secret: SECRET, nowMs: NOW_MS - 301_000, id: 'a' });
    const early = signedHeaders({ body: BODY, secret: SECRET, nowMs: NOW_MS + 301_000, id: 'a' });
    const signature = headers['x-mlflow-signature'];
    const forgeries = [
      {},
      other,
      old,
      early,
      { ...headers, 'x-mlflow-delivery-id': 'b' },
      { ...headers, 'x-mlflow-delivery-id': undefined },
      { ...headers, 'x-mlflow-delivery-id': '../a' },
      { ...headers, 'x-mlflow-timestamp': '1767225601' },
      { ...headers, 'x-mlflow-timestamp': '' },
      { ...headers, 'x-mlflow-timestamp': 'now' },
      { ...headers, 'x-mlflow-timestamp': '1767225600.0' },
      { ...headers, 'x-mlflow-signature': undefined },
      { ...headers, 'x-mlflow-signature': '' },
      { ...headers, 'x-mlflow-signature': 'v1,' },
      { ...headers, 'x-mlflow-signature': 'v1,!!!!' },
      { ...headers, 'x-mlflow-signature': signature.slice(3) },
      { ...headers, 'x-mlflow-signature': signature.replace('v1', 'v2') },
      { ...headers, 'x-mlflow-signature': `v1,${Buffer.alloc(32).toString('base64')}` },
    ];

    const refusals = [
      ...forgeries.map((forged) => refusalOf(forged)),
      refusalOf(headers, BODY.replace('"3"', '"4"')),
    ];

    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(new Set(refusals.map(({ message }) => message)).size).toBe(1);
  });

  it.each([[[]], [['']]])('accepts nothing without a secret: %j', (secrets) => {
    const headers = signedHeaders({ body: BODY, secret: '', nowMs: NOW_MS });

    expect(() => verifyWebhook({ headers, body: BODY }, { secrets, nowMs: NOW_MS })).toThrow(
      expect.objectContaining({ code: 'TEMPORARILY_UNAVAILABLE' }),
    );
  });
});
