import { request as httpRequest } from 'node:http';
import type { HttpResponse } from '../../../src/http/http-message.ts';
import type { ClientRequest } from './http-door.suite.ts';

/** Send one request to a server on this machine, on a connection of its own. */
export function sendOverHttp(url: string, request: ClientRequest): Promise<HttpResponse> {
  const { method, path, query, headers, body } = request;
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      url,
      { method, path: query ? `${path}?${query}` : path, headers: { ...headers }, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers as Record<string, string>,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
