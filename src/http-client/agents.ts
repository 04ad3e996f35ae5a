import { readFileSync } from 'node:fs';
import http from 'node:http';
import type https from 'node:https';
import { ServingError } from '../errors.ts';
import { loadHttps } from './attempt.ts';

export interface TlsOptions {
  /** @default false - true accepts any certificate */
  readonly insecure?: boolean;
  /** A PEM file of authorities to trust instead of the built-in ones. */
  readonly caPath?: string;
  /** A PEM file with our certificate and its key. */
  readonly clientCertPath?: string;
}

export interface Agents {
  for(url: URL): http.Agent | https.Agent;
  close(): void;
}

/** Shorter than the 5 s after which MLflow's server (uvicorn) drops an idle connection. */
const IDLE_SOCKET_MS = 4_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Connection pools, made when the first URL of their kind is asked for.
 *
 * @param environment holds `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, if any
 */
export function createAgents(tls: TlsOptions = {}, environment: Environment = {}): Agents {
  let plain: http.Agent | undefined;
  let secure: https.Agent | undefined;
  const pool = {
    keepAlive: true,
    timeout: IDLE_SOCKET_MS,
    ...(hasProxy(environment) && { proxyEnv: { ...environment } as NodeJS.ProcessEnv }),
  };
  return {
    for(url) {
      if (url.protocol === 'http:') {
        plain ??= new http.Agent(pool);
        return plain;
      }
      secure ??= new (loadHttps().Agent)({ ...pool, ...tlsSettings(tls) });
      return secure;
    },
    close() {
      plain?.destroy();
      secure?.destroy();
    },
  };
}

const hasProxy = (environment: Environment): boolean =>
  ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some((name) => environment[name]);

/**
 * Files are read and understood once for all connections: the usual bundle of authorities takes 4-9 ms each time.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a file that cannot be used
 */
function tlsSettings({ insecure, caPath, clientCertPath }: TlsOptions): https.AgentOptions {
  if (!caPath && !clientCertPath) return insecure ? { rejectUnauthorized: false } : {};
  const ca = caPath && readPem('CA bundle', 'certificates', caPath);
  const client =
    clientCertPath && readPem('client certificate', 'certificate and key', clientCertPath);
  try {
    const secureContext = process.getBuiltinModule('node:tls').createSecureContext({
      ...(ca && { ca }),
      ...(client && { cert: client, key: client }),
    });
    return { secureContext, ...(insecure && { rejectUnauthorized: false }) };
  } catch (cause) {
    const message =
      'the client certificate for TLS cannot be used; its PEM file must hold certificate and unencrypted key';
    throw new ServingError('INVALID_PARAMETER_VALUE', message, { cause });
  }
}

function readPem(what: string, content: string, path: string): Buffer {
  try {
    const pem = readFileSync(path);
    if (pem.includes('-----BEGIN ')) return pem;
  } catch (cause) {
    throw unreadable(what, content, cause);
  }
  throw unreadable(what, content);
}

const unreadable = (what: string, content: string, cause?: unknown): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the ${what} for TLS cannot be read; it must be one PEM file of ${content}`,
    { cause },
  );
