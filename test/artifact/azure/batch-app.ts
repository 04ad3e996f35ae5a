import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { type Azurite, startAzurite } from '../../helpers/azurite.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { type FunctionApp, startFunctionApp, unzipFunctionApp } from './function-app.ts';
import { putBlob, putWine } from './wine-container.ts';

/** The built function app with batch, over a container with the example's registry, `in/` and `out/`. */
export interface BatchApp {
  readonly app: FunctionApp;
  readonly azurite: Azurite;
  /** Of the container. */
  readonly uri: string;
  put(key: string, content: string | Uint8Array): Promise<void>;
  /** As Event Grid tells of a blob. */
  created(key: string): { readonly eventType: string };
  /** Everything below `out/`, by its name in the container. */
  outputs(): Promise<Map<string, Buffer>>;
  /** What the command line makes of the same file: predictions and errors, by their names. */
  scoredHere(name: string, bytes: Buffer): Promise<Map<string, Buffer>>;
  close(): Promise<void>;
}

export async function startBatchApp(
  environment: Readonly<Record<string, string>> = {},
): Promise<BatchApp> {
  const work = mkdtempSync(join(tmpdir(), 'azure-batch-'));
  unzipFunctionApp(join(work, 'app'));
  const azurite = await startAzurite();
  const { container, uri, registryUri } = await putWine(azurite);
  const app = await startFunctionApp(join(work, 'app'), {
    ...azurite.environment,
    MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
    MLFLOW_REGISTRY_URI: registryUri,
    MLFLOW_SERVERLESS_CACHE_DIR: join(work, 'cache'),
    MLFLOW_SERVERLESS_HTTP_STREAMS: 'true',
    MLFLOW_SERVERLESS_BATCH_INPUT: `${uri}/in`,
    MLFLOW_SERVERLESS_BATCH_OUTPUT: `${uri}/out`,
    ...environment,
  });
  const blobs = azurite.client.getContainerClient(container);
  return {
    ...{ app, azurite, uri },
    put: (key, content) => putBlob(azurite, container, key, content),
    created: (key) => ({
      eventType: 'Microsoft.Storage.BlobCreated',
      subject: `/blobServices/default/containers/${container}/blobs/${key}`,
      data: {
        api: 'PutBlob',
        blobType: 'BlockBlob',
        url: `${azurite.url}/devstoreaccount1/${container}/${encodeURI(key)}`,
      },
    }),
    async outputs() {
      const found = new Map<string, Buffer>();
      for await (const { name } of blobs.listBlobsFlat({ prefix: 'out/' })) {
        found.set(name, await blobs.getBlobClient(name).downloadToBuffer());
      }
      return found;
    },
    async scoredHere(name, bytes) {
      const root = mkdtempSync(join(work, 'here-'));
      mkdirSync(join(root, 'in'));
      writeFileSync(join(root, 'in', name), bytes);
      const { exitCode, stderr } = await runCli([
        ...['batch', '-m', 'models:/wine/2', '--registry-uri', 'examples/registry'],
        ...['-i', join(root, 'in', name), '-o', join(root, 'out')],
      ]);
      expect(stderr, `exit ${exitCode}`).toBe('');
      const files = readdirSync(join(root, 'out'), { recursive: true, encoding: 'utf8' });
      const results = files.filter((path) => /predictions|errors/.test(path));
      return new Map(
        results.map((path) => [basename(path), readFileSync(join(root, 'out', path))]),
      );
    },
    async close() {
      if (process.env['ARTIFACT_LOG']) console.log(app.log());
      await app.stop();
      await azurite.close();
      rmSync(work, { recursive: true, force: true });
    },
  };
}
