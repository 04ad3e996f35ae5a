import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../helpers/azurite.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { csvOf, wineRows } from '../batch/wine-rows.ts';
import { type FunctionApp, startFunctionApp, unzipFunctionApp } from './function-app.ts';
import { putBlob, putWine } from './wine-container.ts';

let work: string;
let azurite: Azurite;
let container: string;
let uri: string;
let app: FunctionApp;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'azure-batch-'));
  unzipFunctionApp(join(work, 'app'));
  azurite = await startAzurite();
  const wine = await putWine(azurite);
  ({ container, uri } = wine);
  app = await startFunctionApp(join(work, 'app'), {
    ...azurite.environment,
    MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
    MLFLOW_REGISTRY_URI: wine.registryUri,
    MLFLOW_SERVERLESS_CACHE_DIR: join(work, 'cache'),
    MLFLOW_SERVERLESS_BATCH_INPUT: `${uri}/in`,
    MLFLOW_SERVERLESS_BATCH_OUTPUT: `${uri}/out`,
  });
}, 60_000);
afterAll(async () => {
  if (process.env['ARTIFACT_LOG']) console.log(app?.log());
  await app?.stop();
  await azurite?.close();
  rmSync(work, { recursive: true, force: true });
});

/** As Event Grid tells of a blob; queues hold text. */
const eventOf = (key: string, more: object = {}) => ({
  eventType: 'Microsoft.Storage.BlobCreated',
  subject: `/blobServices/default/containers/${container}/blobs/${key}`,
  data: {
    api: 'PutBlob',
    blobType: 'BlockBlob',
    url: `${azurite.url}/devstoreaccount1/${container}/${encodeURI(key)}`,
  },
  ...more,
});
const receive = (message: unknown) => app.invoke('batch', { string: JSON.stringify(message) });
const poisonOf = async (message: unknown): Promise<Record<string, unknown>[]> => {
  const { outputData = [] } = await receive(message);
  return outputData
    .flatMap(({ data }) => JSON.parse(data.json ?? data.string ?? '[]'))
    .map((text) => JSON.parse(text as string) as Record<string, unknown>);
};

async function outputsOf(name: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const blobs = azurite.client.getContainerClient(container);
  for await (const { name: key } of blobs.listBlobsFlat({ prefix: 'out/' })) {
    if (!key.includes(`/${name}/`)) continue;
    found.set(
      key.slice(key.lastIndexOf('/') + 1),
      await blobs.getBlobClient(key).downloadToBuffer(),
    );
  }
  return found;
}

/** What the command line makes of the same file. */
async function scoredHere(name: string, bytes: Buffer): Promise<Map<string, Buffer>> {
  const root = mkdtempSync(join(work, 'here-'));
  mkdirSync(join(root, 'in'));
  writeFileSync(join(root, 'in', name), bytes);
  const { exitCode, stderr } = await runCli([
    ...['batch', '-m', 'models:/wine/2', '--registry-uri', 'examples/registry'],
    ...['-i', join(root, 'in', name), '-o', join(root, 'out')],
  ]);
  expect(stderr, `exit ${exitCode}`).toBe('');
  const files = readdirSync(join(root, 'out'), { recursive: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((path) => /predictions|errors/.test(path))
      .map((path) => [
        path.slice(path.lastIndexOf('/') + 1),
        readFileSync(join(root, 'out', path)),
      ]),
  );
}

describe('the batch function of the built function app', () => {
  it('is there, with its queues, by identity', () => {
    const batch = app.functions.find(({ name }) => name === 'batch');

    expect(Object.values(batch?.bindings ?? {})).toEqual([
      expect.objectContaining({
        type: 'queueTrigger',
        queueName: 'mlflow-serverless-batch',
        connection: 'BATCH_STORAGE',
      }),
      expect.objectContaining({ type: 'durableClient' }),
      expect.objectContaining({ type: 'queue', queueName: 'mlflow-serverless-batch-poison' }),
    ]);
  });

  it('scores a file as the command line does, byte for byte, however often it hears of it', async () => {
    const csv = Buffer.from(csvOf(wineRows(500)));
    await putBlob(azurite, container, 'in/a b/rows ü.csv', csv);

    await receive(eventOf('in/a b/rows ü.csv'));
    const first = await outputsOf('rows ü.csv');
    await Promise.all([
      receive([eventOf('in/a b/rows ü.csv')]),
      receive(eventOf('in/a b/rows ü.csv')),
    ]);

    const here = await scoredHere('rows ü.csv', csv);
    expect([...first.keys()].toSorted()).toEqual(['_manifest.json', 'predictions.csv']);
    expect(first.get('predictions.csv')?.equals(here.get('predictions.csv') ?? Buffer.of())).toBe(
      true,
    );
    expect(await outputsOf('rows ü.csv')).toEqual(first);
  });

  it('puts what no try can help into the poison queue, with the reason, and takes it from there', async () => {
    await putBlob(azurite, container, 'in/picture.png', 'no rows');

    const poison = await poisonOf(eventOf('in/picture.png'));

    expect(poison).toEqual([
      { poison: expect.anything(), error: expect.stringMatching(/^INVALID_PARAMETER_VALUE: /) },
    ]);
    expect(await poisonOf(poison[0])).toEqual(poison);
    expect(await poisonOf({ hello: 'world' })).toEqual([
      { poison: { hello: 'world' }, error: expect.stringMatching(/^BAD_REQUEST: /) },
    ]);
    expect(await poisonOf(eventOf('elsewhere/rows.csv'))).toHaveLength(1);
  });

  it('leaves out what is no file, and scores the others of a message', async () => {
    await putBlob(azurite, container, 'in/good.csv', csvOf(wineRows(3)));

    const poison = await poisonOf([
      eventOf('in/bad.csv', { eventType: 'Microsoft.Storage.BlobDeleted' }),
      eventOf('in/picture.png'),
      eventOf('in/good.csv'),
    ]);

    expect(poison).toHaveLength(1);
    expect((await outputsOf('good.csv')).has('_manifest.json')).toBe(true);
  });

  it('throws what may pass, so that the message comes again', async () => {
    await expect(receive(eventOf('in/not there yet.csv'))).rejects.toThrow(/does not exist/);
  });
});
