import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { ISSUER_CA_PATH } from '../helpers/token-issuer.ts';

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  json(): unknown;
}

const ca = readFileSync(ISSUER_CA_PATH);

/** One request to the local gateway, whose certificate is checked; a body makes it a POST. */
export async function call(url: string, options: CallOptions = {}): Promise<Reply> {
  const { body, method = body === undefined ? 'GET' : 'POST', headers = {} } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const sent = request(url, { method, headers, ca }, (response) => {
    buffer(response).then(
      (bytes) =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes,
          json: () => JSON.parse(bytes.toString()),
        }),
      reject,
    );
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
