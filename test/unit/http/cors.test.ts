import { describe, expect, it } from 'vitest';
import { withCors } from '../../../src/http/cors.ts';
import type { HttpHandler } from '../../../src/http/http-message.ts';

const answer: HttpHandler = async () => ({
  status: 400,
  headers: { 'content-type': 'application/json' },
  body: '{}',
});

const headersFor = async (origins: readonly string[], origin?: string) => {
  const headers = origin === undefined ? {} : { origin };
  const request = { method: 'POST', path: '/invocations', query: '', headers, body: '' };
  const response = await withCors(answer, origins)(request, { requestId: 'r' });
  return response.headers;
};

const EXPOSED = 'x-mlflow-model-name, x-mlflow-model-version';

describe('withCors', () => {
  it('changes nothing without origins', async () => {
    expect(withCors(answer, [])).toBe(answer);
  });

  it('names the origin that asked, if it is allowed, on errors too', async () => {
    const headers = await headersFor(
      ['https://a.example', 'https://b.example'],
      'https://b.example',
    );

    expect(headers).toEqual({
      'content-type': 'application/json',
      'access-control-allow-origin': 'https://b.example',
      'access-control-expose-headers': EXPOSED,
      vary: 'origin',
    });
  });

  it.each([
    { name: 'another origin', origin: 'https://evil.example' },
    { name: 'an origin that begins alike', origin: 'https://a.example.evil.example' },
    { name: 'no origin', origin: undefined },
  ])('allows nothing for $name, and tells caches apart', async ({ origin }) => {
    expect(await headersFor(['https://a.example'], origin)).toEqual({
      'content-type': 'application/json',
      vary: 'origin',
    });
  });

  it('allows any origin with a star', async () => {
    expect(await headersFor(['*'], 'https://c.example')).toEqual({
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': EXPOSED,
    });
  });
});
