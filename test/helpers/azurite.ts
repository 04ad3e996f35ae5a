import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TokenCredential } from '@azure/core-auth';
import { BlobServiceClient } from '@azure/storage-blob';

/** Blob Storage on this machine, by Microsoft's own emulator. */
export interface Azurite {
  /** What a program is told to use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same, by way of a proxy at this address. */
  environmentVia(url: string): Readonly<Record<string, string>>;
  readonly url: string;
  /** A new, empty container. */
  createContainer(): Promise<{ readonly name: string; readonly uri: string }>;
  /** Empty a container. */
  clear(container: string): Promise<void>;
  readonly client: BlobServiceClient;
  close(): Promise<void>;
}

/** The account of the emulator; its key is public. @see https://learn.microsoft.com/en-us/azure/storage/common/storage-use-azurite */
const ACCOUNT = 'devstoreaccount1';
const KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Knows fewer versions of the interface than the clients, hence the first option. */
const OPTIONS = ['--skipApiVersionCheck', '--disableTelemetry', '--inMemoryPersistence'];

export interface AzuriteOptions {
  /** Behind TLS, so that it takes bearer tokens, too. The process must trust `TLS_CERTIFICATE`. @default false */
  readonly hasTokens?: boolean;
}

const TLS = join(import.meta.dirname, '..', 'contract', 'fixtures', 'tls');
export const TLS_CERTIFICATE = join(TLS, 'cert.pem');

export async function startAzurite({ hasTokens = false }: AzuriteOptions = {}): Promise<Azurite> {
  const directory = await mkdtemp(join(tmpdir(), 'azurite-'));
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
  const child = spawn(
    process.execPath,
    [
      ...[main, '--blobHost', '127.0.0.1', '--blobPort', '0', ...OPTIONS],
      ...(hasTokens
        ? ['--oauth', 'basic', '--cert', TLS_CERTIFICATE, '--key', join(TLS, 'server.pem')]
        : []),
    ],
    { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const url = await listeningUrl(child);
  const environmentVia = (address: string) => ({
    AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=${new URL(address).protocol.slice(0, -1)};AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${address}/${ACCOUNT};`,
  });
  const environment = environmentVia(url);
  const client = BlobServiceClient.fromConnectionString(
    environment.AZURE_STORAGE_CONNECTION_STRING,
  );
  let containers = 0;
  return {
    ...{ environment, environmentVia, url, client },
    async createContainer() {
      const name = `models-${++containers}`;
      await client.createContainer(name);
      return { name, uri: `wasbs://${name}@${ACCOUNT}.blob.core.windows.net` };
    },
    async clear(container) {
      const blobs = client.getContainerClient(container);
      for await (const { name } of blobs.listBlobsFlat()) await blobs.deleteBlob(name);
    },
    async close() {
      child.kill('SIGKILL'); // it holds nothing that is worth keeping
      await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Queues of Azure Storage on this machine. */
export async function startAzuriteQueues(): Promise<{
  readonly environment: Readonly<Record<string, string>>;
  readonly url: string;
  close(): Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'azurite-'));
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/queue/main.js');
  const child = spawn(
    process.execPath,
    [main, '--queueHost', '127.0.0.1', '--queuePort', '0', ...OPTIONS],
    { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const url = await listeningUrl(child);
  return {
    url,
    environment: {
      AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};QueueEndpoint=${url}/${ACCOUNT};`,
    },
    async close() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** It prints where it listens. */
async function listeningUrl(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  for await (const line of lines) {
    const url = /listens on (https?:\/\/\S+)/.exec(line)?.[1];
    if (url !== undefined) {
      lines.on('line', () => {}); // so that its pipe never fills up
      child.stdout?.resume();
      return url;
    }
  }
  throw new Error('Azurite ended before it listened');
}

/**
 * What stands for a managed identity: tokens as Entra ID makes them, but for the signature, which the emulator does not check.
 *
 * @param asked counts how often one was asked for
 */
export function createTestIdentity(asked = { count: 0 }): TokenCredential {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  return {
    async getToken(scopes) {
      asked.count += 1;
      expectStorage([scopes].flat());
      const seconds = Math.floor(Date.now() / 1000);
      const claims = {
        aud: 'https://storage.azure.com',
        iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000000/',
        ...{ iat: seconds, nbf: seconds - 60, exp: seconds + 3600 },
      };
      const token = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}.c2lnbmF0dXJl`;
      return { token, expiresOnTimestamp: Date.now() + 3600_000 };
    },
  };
}

function expectStorage(scopes: readonly string[]): void {
  const [scope] = scopes;
  if (scopes.length === 1 && scope === 'https://storage.azure.com/.default') return;
  throw new Error(`a token was asked for ${scopes.join(', ')}`);
}
