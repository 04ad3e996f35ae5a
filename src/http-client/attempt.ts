import type { ClientRequest, IncomingMessage } from 'node:http';
import http from 'node:http';
import type https from 'node:https';
import { HttpProblem } from './http-problem.ts';

/** A server that does not take the connection in this time is down; milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A body that stands still this long is dead; milliseconds. */
const IDLE_TIMEOUT_MS = 30_000;

export interface Attempt {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly agent: http.Agent | https.Agent;
  /** Milliseconds until the head of the answer must be here; silence before it is no failure of its own. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** The request has left: from here on there is nothing to do but to wait. */
  readonly onSent?: (() => void) | undefined;
  /** How to trust a certificate that is not. @default MLflow's variable for its servers */
  readonly trustHint?: string;
}

/**
 * Send one request and wait for the head of its answer, whatever its status.
 *
 * @throws {HttpProblem} `unreachable` when no answer came in time
 */
export function attemptRequest(attempt: Attempt): Promise<IncomingMessage> {
  const { url, method, headers, body, agent, timeoutMs, signal, onSent, trustHint } = attempt;
  const send = url.protocol === 'https:' ? loadHttps().request : http.request;
  const place = describePlace(url);
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-length': byteLength(body) },
      agent,
      timeout: IDLE_TIMEOUT_MS,
      ...(signal && { signal }),
    });
    const giveUp = (ms: number, what: string) =>
      request.destroy(new Error(`${what} within ${Math.round(ms / 100) / 10} s`));
    const deadline = setTimeout(() => giveUp(timeoutMs, 'no answer'), timeoutMs);
    const stopConnectTimer = startConnectTimer(request, url, () =>
      giveUp(CONNECT_TIMEOUT_MS, 'no connection'),
    );
    const settle = () => {
      clearTimeout(deadline);
      stopConnectTimer();
    };
    if (onSent) request.once('finish', onSent);
    request.on('response', (response) => {
      settle();
      request.on('timeout', () => giveUp(IDLE_TIMEOUT_MS, 'nothing was sent'));
      resolve(response);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      if (signal?.aborted) return reject(signal.reason);
      const message = `cannot reach ${place}: ${describeFailure(error, trustHint)}`;
      const retry = isFinal(error) ? 'never' : isStale(request, error) ? 'now' : 'later';
      reject(new HttpProblem('unreachable', message, { cause: error, retry }));
    });
    request.end(body);
  });
}

/** Only for a URL that needs it: loading TLS takes 5-8 ms of a start. */
export const loadHttps = (): typeof https => process.getBuiltinModule('node:https');

/** Scheme, host and path: what may stand in a message. Never user info, never the query. */
export const describePlace = (url: URL): string =>
  `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;

function startConnectTimer(request: ClientRequest, url: URL, onTimeout: () => void): () => void {
  const timer = setTimeout(onTimeout, CONNECT_TIMEOUT_MS);
  const stop = () => clearTimeout(timer);
  request.on('socket', (socket) => {
    if (!socket.connecting && request.reusedSocket) stop();
    else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', stop);
  });
  return stop;
}

/** An idle connection that the server dropped while we took it up. */
const isStale = (request: ClientRequest, error: NodeJS.ErrnoException): boolean =>
  request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

const REASON_BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; is the server running?',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
};

/** Failures that no further attempt can mend: certificates and wrong protocols. */
const FINAL_REASON_BY_CODE: Readonly<Record<string, string>> = {
  EPROTO: 'it does not speak TLS as expected; is http: or https: right?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; should the URI begin with http:?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS; should the URI begin with http:?',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'a certificate of its chain is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an authority not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority not known here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

/** A short reason in our words; Node's own message may hold addresses, so only its code is used. */
export function describeFailure(error: NodeJS.ErrnoException, trustHint = TRUST_HINT): string {
  const code = codeOf(error);
  if (code === undefined) return error.message;
  const hint = /SELF_SIGNED|VERIFY_LEAF|GET_ISSUER/.test(code) ? trustHint : '';
  return (REASON_BY_CODE[code] ?? FINAL_REASON_BY_CODE[code] ?? code) + hint;
}

const TRUST_HINT = ' (MLFLOW_TRACKING_SERVER_CERT_PATH names a PEM file of authorities to trust)';
export const isFinal = (error: NodeJS.ErrnoException): boolean =>
  (codeOf(error) ?? '') in FINAL_REASON_BY_CODE;

/** A host with several addresses fails with one error for each; the first stands for all. */
function codeOf(error: NodeJS.ErrnoException): string | undefined {
  if (error.code !== undefined || !(error instanceof AggregateError)) return error.code;
  return (error.errors[0] as NodeJS.ErrnoException | undefined)?.code;
}

const byteLength = (text: string): string => String(Buffer.byteLength(text));
