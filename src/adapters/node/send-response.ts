import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponse } from '../../http/http-message.ts';

/** How long a refused body is still read and dropped, so that the client gets to read our answer; ms. */
const DRAIN_MS = 2_000;

/** Write an answer; for HEAD everything but its body. */
export function sendResponse(response: ServerResponse, answer: HttpResponse, method: string): void {
  const { status, headers, body } = answer;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(method === 'HEAD' ? undefined : body);
}

/**
 * Answer a request whose body we do not want, and end the connection.
 *
 * Closing at once would reset the connection while the client still sends, and it would never
 * see the answer: so the answer goes out whole, and the rest of the body is dropped for a while.
 */
export function refuseBody(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HttpResponse,
): void {
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.write(body);
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
    if (!request.complete) request.destroy();
  };
  const timer = setTimeout(finish, DRAIN_MS);
  request.once('end', finish);
  request.once('close', finish);
  request.on('error', () => {}); // The client's connection broke; there is nobody left to tell.
  request.resume();
}
