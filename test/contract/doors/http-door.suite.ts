import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HttpHandler, HttpRequest, HttpResponse } from '../../../src/http/http-message.ts';

/** A request as a client sends it. */
export interface ClientRequest {
  readonly method: string;
  /** Percent-encoded, as it goes over the wire. */
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One door, open, with a core behind it. */
export interface Door {
  send(request: ClientRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

const OK: HttpResponse = {
  status: 200,
  headers: { 'content-type': 'application/json', 'x-mlflow-model-name': 'wine' },
  body: '{"predictions": [1]}',
};
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Every door passes this suite: same request, same answer, whatever platform is in between. */
export function describeHttpDoor(name: string, open: (answer: HttpHandler) => Promise<Door>): void {
  describe(`door: ${name}`, () => {
    let door: Door;
    let seen: HttpRequest[] = [];
    let next: HttpResponse = OK;
    beforeAll(async () => {
      door = await open(async (request) => {
        seen.push(request);
        return next;
      });
    });
    beforeEach(() => {
      seen = [];
      next = OK;
    });
    afterAll(() => door.close());

    const lastSeen = (): HttpRequest => seen[0] as HttpRequest;
    const bytesSeen = (): Buffer => Buffer.from(lastSeen().body as Uint8Array);

    it('hands method, path, content type and text on', async () => {
      await door.send({
        method: 'POST',
        path: '/invocations',
        headers: JSON_TYPE,
        body: '{"inputs": ["é", "日本"]}',
      });

      expect(lastSeen()).toMatchObject({ method: 'POST', path: '/invocations', query: '' });
      expect(lastSeen().headers['content-type']).toBe('application/json');
      expect(bytesSeen().toString('utf8')).toBe('{"inputs": ["é", "日本"]}');
    });

    it('hands bytes on unharmed', async () => {
      const body = Uint8Array.from({ length: 512 }, (_, i) => i % 256);

      await door.send({
        method: 'POST',
        path: '/invocations',
        headers: { 'content-type': 'application/vnd.apache.parquet' },
        body,
      });

      expect(bytesSeen().equals(body)).toBe(true);
    });

    it('hands an absent body on as an empty one', async () => {
      await door.send({ method: 'POST', path: '/invocations', headers: JSON_TYPE });

      expect(lastSeen().body).toHaveLength(0);
    });

    it.each([
      { path: '/ping', decoded: '/ping' },
      { path: '/%70ing', decoded: '/ping' },
      { path: '/ping/', decoded: '/ping/' },
      { path: '/a/b', decoded: '/a/b' },
      { path: '/caf%C3%A9', decoded: '/café' },
    ])('hands the path $path on as $decoded', async ({ path, decoded }) => {
      await door.send({ method: 'GET', path });

      expect(lastSeen().path).toBe(decoded);
    });

    it('hands the query on as text', async () => {
      await door.send({ method: 'GET', path: '/ping', query: 'a=1&b=x%20y' });

      expect(lastSeen().query).toBe('a=1&b=x%20y');
    });

    it('hands an absent content type on as absent', async () => {
      await door.send({ method: 'POST', path: '/invocations', body: '{}' });

      expect(lastSeen().headers['content-type']).toBeUndefined();
    });

    it.each([
      { name: 'a prediction', answer: OK },
      {
        name: 'an error in plain text',
        answer: {
          status: 415,
          headers: { 'content-type': 'text/plain; charset=utf-8' },
          body: 'only UTF-8',
        },
      },
      {
        name: 'a redirect',
        answer: { status: 307, headers: { location: '../ping' }, body: '' },
      },
      {
        name: 'text beyond ASCII',
        answer: { status: 400, headers: { 'content-type': 'application/json' }, body: '"é日𝄞"' },
      },
    ])('gives $name back as it is', async ({ answer }) => {
      next = answer;

      const got = await door.send({ method: 'POST', path: '/invocations', headers: JSON_TYPE });

      expect(got.status).toBe(answer.status);
      expect(got.headers).toMatchObject(answer.headers);
      expect(got.body).toBe(answer.body);
    });

    it('answers HEAD like GET, without the body', async () => {
      next = { status: 200, headers: { 'content-type': 'application/json' }, body: '\n' };

      const got = await door.send({ method: 'HEAD', path: '/ping' });

      expect(lastSeen().method).toBe('HEAD');
      expect(got.status).toBe(200);
      expect(got.headers['content-type']).toBe('application/json');
      expect(got.body).toBe('');
    });
  });
}
