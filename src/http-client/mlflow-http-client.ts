import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import { createHttpClient, type HttpClient } from '../http-client.ts';
import type { TlsOptions } from './agents.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface MlflowHttpClientOptions {
  /**
   * Origins (`https://host:port`) that may see the credentials, beside the tracking and the
   * registry server's.
   *
   * @default none
   */
  readonly trustedOrigins?: readonly string[];
}

/**
 * An HTTP client that is set up by MLflow's own variables: credentials, TLS, workspace, retries,
 * time-out and redirects.
 *
 * Credentials go only to the servers named by `MLFLOW_TRACKING_URI` and `MLFLOW_REGISTRY_URI` (and
 * `trustedOrigins`): a registered location or a redirect may name any host, and must not collect them.
 *
 * `MLFLOW_HTTP_REQUEST_TIMEOUT` is the total of one call with its retries here, 30 s if not set; in
 * MLflow it is one attempt's of eight, 120 s: minutes that a function does not have.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a variable that cannot be understood,
 *   NOT_IMPLEMENTED for SigV4 and Python auth plugins
 */
export function createMlflowHttpClient(
  environment: Environment,
  { trustedOrigins = [] }: MlflowHttpClientOptions = {},
): HttpClient {
  refuseUnsupported(environment);
  const tls = tlsOptions(environment);
  const servers = [environment['MLFLOW_TRACKING_URI'], environment['MLFLOW_REGISTRY_URI']]
    .map((uri) => URL.parse(uri ?? ''))
    .filter((url) => url !== null);
  const origins = new Set([...servers.map((url) => url.origin), ...trustedOrigins]);
  let authorization: string | undefined | null = null;
  return createHttpClient({
    tls,
    environment,
    timeoutMs: 1000 * readNumber(environment, 'MLFLOW_HTTP_REQUEST_TIMEOUT', 30),
    retries: readNumber(environment, 'MLFLOW_HTTP_REQUEST_MAX_RETRIES', 3),
    maxRedirects: readBoolean(environment, 'MLFLOW_ALLOW_HTTP_REDIRECTS', true) ? 5 : 0,
    headersFor(url) {
      if (!origins.has(url.origin)) return {};
      if (authorization === null) authorization = authorizationOf(environment, servers);
      const workspace = environment['MLFLOW_WORKSPACE']?.trim();
      return {
        ...(authorization !== undefined && { authorization }),
        ...(workspace && { 'x-mlflow-workspace': workspace }),
      };
    },
  });
}

function refuseUnsupported(environment: Environment): void {
  if (readBoolean(environment, 'MLFLOW_TRACKING_AWS_SIGV4', false)) {
    throw new ServingError(
      'NOT_IMPLEMENTED',
      'MLFLOW_TRACKING_AWS_SIGV4 is not supported; use basic authentication or a token',
    );
  }
  if (environment['MLFLOW_TRACKING_AUTH']) {
    throw new ServingError(
      'NOT_IMPLEMENTED',
      'MLFLOW_TRACKING_AUTH names a Python plugin, which cannot run here; use basic authentication or a token',
    );
  }
}

function tlsOptions(environment: Environment): TlsOptions {
  const insecure = readBoolean(environment, 'MLFLOW_TRACKING_INSECURE_TLS', false);
  const caPath = environment['MLFLOW_TRACKING_SERVER_CERT_PATH'];
  const clientCertPath = environment['MLFLOW_TRACKING_CLIENT_CERT_PATH'];
  if (insecure && caPath) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      'MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH exclude each other; unset one',
    );
  }
  return { insecure, ...(caPath && { caPath }), ...(clientCertPath && { clientCertPath }) };
}

/** User and password (from the environment, the file, or the URI itself) before the token, as MLflow. */
function authorizationOf(environment: Environment, servers: readonly URL[]): string | undefined {
  const file = readCredentialsFile(environment);
  const username = environment['MLFLOW_TRACKING_USERNAME'] || file.get('mlflow_tracking_username');
  const password = environment['MLFLOW_TRACKING_PASSWORD'] || file.get('mlflow_tracking_password');
  if (username && password) return basic(username, password);
  const token = environment['MLFLOW_TRACKING_TOKEN'];
  if (token) return `Bearer ${token}`;
  const withUser = servers.find((url) => url.username !== '');
  return withUser && basic(safeDecode(withUser.username), safeDecode(withUser.password));
}

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A bare % is meant as it stands.
  }
}

/** The keys of section `[mlflow]` of `~/.mlflow/credentials`; empty when there is no such file. */
function readCredentialsFile(environment: Environment): ReadonlyMap<string, string> {
  const path = join(environment['HOME'] || homedir(), '.mlflow', 'credentials');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return new Map(); // Optional; the server says when credentials are missing.
  }
  const settings = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    section = /^\[(.*)\]\s*$/.exec(line)?.[1] ?? section;
    const [, key, value] = /^\s*([^#;=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === 'mlflow' && key && value) settings.set(key.toLowerCase(), value);
  }
  return settings;
}

function readBoolean(environment: Environment, name: string, fallback: boolean): boolean {
  const text = environment[name]?.toLowerCase();
  if (!text) return fallback;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new ServingError('INVALID_PARAMETER_VALUE', `${name} must be true, false, 1 or 0`);
}

function readNumber(environment: Environment, name: string, fallback: number): number {
  const text = environment[name];
  if (!text) return fallback;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new ServingError('INVALID_PARAMETER_VALUE', `${name} must be a whole number of 0 or more`);
}
