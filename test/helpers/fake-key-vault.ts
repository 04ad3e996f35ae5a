import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startServer } from './fake-mlflow-server.ts';

const TLS = join(import.meta.dirname, '..', 'contract', 'fixtures', 'tls');
const CLIENT_ID = '11111111-2222-3333-4444-555555555555';

export interface PutOptions {
  readonly isEnabled?: boolean;
  readonly expiresAtMs?: number;
  /** @default now */
  readonly createdAtMs?: number;
}

export interface KeyVault {
  readonly url: string;
  /** Variables by which a program is the managed identity that may read. The program must trust `TLS_CERTIFICATE`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Method and path with query of each call, and whether it came with a token. */
  readonly calls: string[];
  /** A new version becomes the current one; its name. */
  put(name: string, value: string, options?: PutOptions): string;
  /** Answer so, whatever is asked with a token; `undefined` as before. */
  fault:
    | { readonly status: number; readonly body?: unknown; readonly headers?: object }
    | undefined;
  close(): Promise<void>;
}

interface Version {
  readonly version: string;
  readonly value: string;
  readonly options: PutOptions & { readonly createdAtMs: number };
}

/**
 * A server in the place of Azure Key Vault, and one in the place of the managed identity's: as their references say, no
 * emulator of Microsoft's is there.
 *
 * @see https://learn.microsoft.com/en-us/rest/api/keyvault/secrets
 * @see https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export async function startKeyVault(): Promise<KeyVault> {
  const secrets = new Map<string, Version[]>();
  const token = randomBytes(16).toString('hex');
  const identity = await startServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://identity');
    const isKnown =
      request.headers['x-identity-header'] === 'of the app' &&
      searchParams.get('resource') === 'https://vault.azure.net' &&
      searchParams.get('client_id') === CLIENT_ID;
    response.writeHead(isKnown ? 200 : 400, { 'content-type': 'application/json' });
    const expires_on = Math.floor(Date.now() / 1000) + 3600;
    response.end(
      isKnown
        ? JSON.stringify({ access_token: token, expires_on, token_type: 'Bearer' })
        : '{"error":"invalid_request"}',
    );
  });
  const server = createServer(
    { cert: readFileSync(join(TLS, 'cert.pem')), key: readFileSync(join(TLS, 'server.pem')) },
    (request, response) => answer(request, response),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const vault: KeyVault = {
    url,
    environment: {
      IDENTITY_ENDPOINT: `${identity.url}/msi/token`,
      IDENTITY_HEADER: 'of the app',
      AZURE_CLIENT_ID: CLIENT_ID,
    },
    calls: [],
    fault: undefined,
    put(name, value, options = {}) {
      const version = randomBytes(16).toString('hex');
      const versions = secrets.get(name) ?? [];
      versions.push({ version, value, options: { createdAtMs: Date.now(), ...options } });
      secrets.set(name, versions);
      return version;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await Promise.all([once(server, 'close'), identity.close()]);
    },
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const given = request.headers.authorization;
    vault.calls.push(
      `${request.method} ${request.url}${given === undefined ? '' : ' with a token'}`,
    );
    const send = (status: number, body: unknown, headers: object = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    if (given !== `Bearer ${token}`) {
      send(401, failure('Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.'), {
        'www-authenticate':
          'Bearer authorization="https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111", resource="https://vault.azure.net"',
      });
      return;
    }
    if (vault.fault) {
      send(vault.fault.status, vault.fault.body ?? {}, vault.fault.headers);
      return;
    }
    const { pathname } = new URL(request.url ?? '', url);
    const [, , name = '', part] = pathname.split('/');
    const versions = secrets.get(name) ?? [];
    const describe = ({ version, options }: Version) => ({
      id: `https://fake.vault.azure.net/secrets/${name}/${version}`,
      attributes: {
        enabled: options.isEnabled ?? true,
        created: Math.floor(options.createdAtMs / 1000),
        updated: Math.floor(options.createdAtMs / 1000),
        ...(options.expiresAtMs !== undefined && { exp: Math.floor(options.expiresAtMs / 1000) }),
        recoveryLevel: 'Recoverable+Purgeable',
      },
    });
    if (part === 'versions') {
      // A page of two, so that there is a second.
      const skip = Number(new URL(request.url ?? '', url).searchParams.get('$skiptoken') ?? 0);
      const nextLink =
        versions.length > skip + 2
          ? `${url}/secrets/${name}/versions?api-version=7.5&$skiptoken=${skip + 2}`
          : null;
      send(200, { value: versions.slice(skip, skip + 2).map(describe), nextLink });
      return;
    }
    const found = part ? versions.find(({ version }) => version === part) : versions.at(-1);
    if (found === undefined) {
      send(
        404,
        failure(
          'SecretNotFound',
          `A secret with (name/id) ${name} was not found in this key vault.`,
        ),
      );
    } else if (found.options.isEnabled === false) {
      const message = 'Operation get is not allowed on a disabled secret.';
      send(403, failure('Forbidden', message, 'SecretDisabled'));
    } else {
      send(200, { value: found.value, ...describe(found) });
    }
  }

  return vault;
}

/** How Key Vault says no. */
export const failure = (code: string, message: string, inner?: string) => ({
  error: { code, message, ...(inner !== undefined && { innererror: { code: inner } }) },
});
