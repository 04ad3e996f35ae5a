import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { BuiltStage } from './build-stages.ts';
import { idsInNamespaceOf, spawnContainer } from './image-process.ts';

export interface HttpImageProcess {
  readonly url: string;
  /** Tell the container's first process to stop, as platforms do; its exit code. */
  stop(): Promise<number>;
}

/** Run an image as a platform does that sends HTTP: told its port, read-only, as its own user. */
export async function startHttpImage(
  image: BuiltStage,
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<HttpImageProcess> {
  const port = await freePort();
  const root = mkdtempSync(join(directory, 'root-'));
  const variables = { ...image.environment, ...environment, PORT: String(port) };
  const child = spawnContainer(image, root, variables);
  let log = '';
  const listening = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('listening at')) listening.resolve();
    });
  }
  const ended = once(child, 'exit').then(([code]) => Number(code));
  void ended.then(() => listening.reject(new Error(`the container ended: ${log}`)));
  await listening.promise;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      for (const id of idsInNamespaceOf(child.pid as number).slice(0, 1))
        process.kill(id, 'SIGTERM');
      return ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
