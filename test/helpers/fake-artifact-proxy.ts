import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeArtifactProxy {
  /** With a path prefix, as behind a gateway. */
  readonly serverUrl: string;
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[];
  put(path: string, bytes: Uint8Array | string): void;
  /** Answer instead of the usual; return false to leave it to the usual. */
  intercept(answer: (url: URL, response: ServerResponse, attempt: number) => boolean): void;
  close(): Promise<void>;
}

const PREFIX = '/team/mlflow';
const ROUTE = `${PREFIX}/api/2.0/mlflow-artifacts/artifacts`;

/** MLflow's artifact proxy as a client sees it: base names in listings, `{}` for what is not there. */
export async function startFakeArtifactProxy(): Promise<FakeArtifactProxy> {
  const files = new Map<string, Buffer>();
  const requests: { path: string; authorization: string | undefined }[] = [];
  let intercept: (url: URL, response: ServerResponse, attempt: number) => boolean = () => false;

  function answer(incoming: IncomingMessage, response: ServerResponse): void {
    const url = new URL(incoming.url ?? '', 'http://localhost');
    requests.push({ path: url.pathname, authorization: incoming.headers.authorization });
    const attempt = requests.filter(({ path }) => path === url.pathname).length;
    if (intercept(url, response, attempt)) return;
    if (url.pathname === ROUTE) {
      sendJson(response, 200, list(url.searchParams.get('path') ?? ''));
      return;
    }
    const path = decodeURIComponent(url.pathname.slice(ROUTE.length + 1));
    const bytes = files.get(path);
    if (bytes) response.end(bytes);
    else {
      sendJson(response, 404, {
        error_code: 'RESOURCE_DOES_NOT_EXIST',
        message: `No such artifact: '${path}'`,
      });
    }
  }

  function list(folder: string): unknown {
    const prefix = folder === '' ? '' : `${folder}/`;
    const entries = new Map<string, unknown>();
    for (const [path, bytes] of files) {
      if (!path.startsWith(prefix)) continue;
      const [name = '', ...below] = path.slice(prefix.length).split('/');
      const isFolder = below.length > 0;
      entries.set(name, {
        path: name,
        is_dir: isFolder,
        ...(!isFolder && { file_size: bytes.length }),
      });
    }
    return entries.size === 0 ? {} : { files: [...entries.values()] };
  }

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    serverUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`,
    requests,
    put: (path, bytes) => void files.set(path, Buffer.from(bytes as Uint8Array)),
    intercept(next) {
      intercept = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
