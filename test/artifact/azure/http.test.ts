import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../helpers/azurite.ts';
import { csvOf, wineRows } from '../batch/wine-rows.ts';
import { type FunctionApp, startFunctionApp, unzipFunctionApp } from './function-app.ts';
import { putBlob, putWine } from './wine-container.ts';

const WINE = 'examples/registry/models/wine';
const BODY = readFileSync(`${WINE}/versions/2/model/serving_input_example.json`, 'utf8');
/** What `mlflow models serve` (3.17.2) answers to the example: version 1 and version 2. */
const ANSWERS = JSON.parse(readFileSync('test/artifact/wine-answers.json', 'utf8')) as Record<
  string,
  unknown
>;

/** Flex Consumption loads the package at every cold start: 16 MiB of it are ONNX Runtime; bytes. */
const MAX_ZIP_BYTES = 20 * 2 ** 20;

let work: string;
let azurite: Azurite;
let container: string;
let registryUri: string;
let app: FunctionApp | undefined;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'azure-'));
  unzipFunctionApp(join(work, 'app'));
  azurite = await startAzurite();
  ({ container, registryUri } = await putWine(azurite));
}, 60_000);
afterAll(async () => {
  await azurite?.close();
  rmSync(work, { recursive: true, force: true });
});
afterEach(async () => {
  if (process.env['ARTIFACT_LOG']) console.log(app?.log());
  await app?.stop();
  app = undefined;
  await moveAlias('2');
});

const moveAlias = (version: string): Promise<void> =>
  putBlob(
    azurite,
    container,
    'registry/models/wine/aliases/champion.json',
    JSON.stringify({ version }),
  );

async function start(environment: Record<string, string> = {}): Promise<FunctionApp> {
  app = await startFunctionApp(join(work, 'app'), {
    ...azurite.environment,
    MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
    MLFLOW_REGISTRY_URI: registryUri,
    MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS: '0.5',
    MLFLOW_SERVERLESS_CACHE_DIR: join(work, 'cache'),
    MLFLOW_SERVERLESS_HTTP_STREAMS: 'true',
    ...environment,
  });
  return app;
}

const ask = (path = '/invocations', init: RequestInit = {}): Promise<Response> =>
  fetch(`${app?.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: BODY,
    ...init,
  });

/** Some tens of milliseconds of a thread. */
const LARGE = {
  headers: { 'content-type': 'text/csv' },
  body: csvOf(wineRows(30_000)),
};

describe('the built function app of Azure', () => {
  it('is a zip that stays small', () => {
    expect(statSync('dist/azure-x64.zip').size).toBeLessThan(MAX_ZIP_BYTES);
  });

  it('answers as MLflow does, with a model from Blob Storage', async () => {
    const { functions } = await start();

    const response = await ask();

    expect(functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['invocations', 'ping', 'health', 'version', 'other']),
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('x-mlflow-model-version')).toBe('2');
    expect(await response.json()).toEqual(ANSWERS['2']);
    expect(await (await ask('/ping', { method: 'GET', body: null })).text()).toBe('\n');
    expect(await (await ask('/version', { method: 'GET', body: null })).text()).toBe('3.17.2');
    expect((await ask('/nothing')).status).toBe(404);
    expect((await ask('/invocations', { method: 'PUT' })).status).toBe(405);
  });

  it.each([
    ['wasbs:', () => `wasbs://${container}@devstoreaccount1.blob.core.windows.net`],
    ['abfss:', () => `abfss://${container}@devstoreaccount1.dfs.core.windows.net`],
    ['https:', () => `https://devstoreaccount1.blob.core.windows.net/${container}`],
  ])('answers as MLflow does, with a model directory named by %s and no registry', async (_, root) => {
    await start({
      MLFLOW_SERVERLESS_MODEL_URI: `${root()}/registry/models/wine/versions/2/model`,
      MLFLOW_REGISTRY_URI: '',
    });

    const response = await ask();

    expect(await response.json()).toEqual(ANSWERS['2']);
  });

  it('takes a body in chunks, of a client that does not know its length', async () => {
    await start();
    const parts = [BODY.slice(0, 10), BODY.slice(10)].map((part) => Buffer.from(part));

    const response = await ask('/invocations', {
      body: ReadableStream.from(parts),
      duplex: 'half',
    } as RequestInit);

    expect(await response.json()).toEqual(ANSWERS['2']);
  });

  it('outlives clients that break off in the middle of a body', async () => {
    const { url } = await start();
    const cut = Array.from({ length: 20 }, async () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(
        'POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"inputs"',
      );
      await new Promise((sent) => setTimeout(sent, 50));
      socket.destroy();
    });
    await Promise.all(cut);

    expect((await Promise.all(Array.from({ length: 20 }, () => ask()))).every(({ ok }) => ok)).toBe(
      true,
    );
  });

  it('answers in messages where the host does not stream, and says what it then cannot have', async () => {
    await start({ MLFLOW_SERVERLESS_HTTP_STREAMS: 'false' });

    const body = ReadableStream.from([Buffer.from(BODY)]);
    const lost = await ask('/invocations', { body, duplex: 'half' } as RequestInit);

    expect(await (await ask()).json()).toEqual(ANSWERS['2']);
    expect(lost.status).toBe(400);
    expect(await lost.text()).toContain('send a content-length');
  });

  it('answers 64 requests at once, and the alias when it moves among them', async () => {
    await start();
    const answers = async () => {
      const responses = await Promise.all(Array.from({ length: 64 }, () => ask()));
      return Promise.all(
        responses.map(async (response) => {
          const version = response.headers.get('x-mlflow-model-version') ?? '';
          expect(response.status).toBe(200);
          expect(await response.json()).toEqual(ANSWERS[version]);
          return version;
        }),
      );
    };

    expect(new Set(await answers())).toEqual(new Set(['2']));
    await moveAlias('1');
    await expect
      .poll(async () => [...new Set(await answers())], { timeout: 20_000 })
      .toEqual(['1']);
  });

  it('does for others what callers who have gone no longer wait for', async () => {
    // The worker of Node is not told that a caller has gone: what it asked for runs on, and its place becomes free.
    await start({ MLFLOW_SERVERLESS_THREADS: '1', MLFLOW_SERVERLESS_QUEUE: '4' });
    expect((await ask()).status).toBe(200);
    const gone = new AbortController();
    const statuses: number[] = [];
    const left = Array.from({ length: 12 }, () =>
      ask('/invocations', { ...LARGE, signal: gone.signal }).then(({ status }) => {
        statuses.push(status);
        if (status === 503) gone.abort();
      }),
    );

    expect(await Promise.allSettled(left)).toContainEqual(
      expect.objectContaining({ status: 'rejected' }),
    );
    expect(statuses).toContain(503);
    const atOnce = () => Promise.all(Array.from({ length: 5 }, async () => (await ask()).status));
    await expect.poll(atOnce, { timeout: 20_000 }).toEqual([200, 200, 200, 200, 200]);
  });

  it('answers 504 to what takes too long, and the next one as before', async () => {
    await start({
      MLFLOW_SERVERLESS_THREADS: '1',
      MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT: '0.25',
    });
    await expect.poll(async () => (await ask()).status, { timeout: 20_000 }).toBe(200);

    const large = await Promise.all(Array.from({ length: 16 }, () => ask('/invocations', LARGE)));

    expect(large.map(({ status }) => status)).toContain(504);
    await expect.poll(async () => (await ask()).status, { timeout: 20_000 }).toBe(200);
  });

  it('serves on when the registry is gone', async () => {
    const other = await startAzurite();
    try {
      const made = await putWine(other);
      await start({ ...other.environment, MLFLOW_REGISTRY_URI: made.registryUri });
      expect((await ask()).status).toBe(200);
    } finally {
      await other.close();
    }
    await new Promise((done) => setTimeout(done, 700));

    expect(await (await ask()).json()).toEqual(ANSWERS['2']);
  });

  it('has the prefix of routes that the host is told', async () => {
    await start({ AzureFunctionsJobHost__extensions__http__routePrefix: 'api' });

    expect((await ask('/api/invocations')).status).toBe(200);
    expect((await ask('/invocations')).status).toBe(404);
  });

  it.each([
    ['no model', { MLFLOW_SERVERLESS_MODEL_URI: '' }, /MLFLOW_SERVERLESS_MODEL_URI/],
    ['a wrong level', { MLFLOW_SERVERLESS_AUTH_LEVEL: 'nobody' }, /MLFLOW_SERVERLESS_AUTH_LEVEL/],
  ])('registers its functions with %s, and says what is wrong', async (_name, extra, message) => {
    const { functions, log } = await start(extra);

    const response = await ask();

    expect(functions.length).toBeGreaterThan(4);
    expect(response.status).toBe(500);
    expect(await response.json()).toHaveProperty('error_code');
    expect(log()).toMatch(message);
  });

  it('answers in the shape of MLflow for a model that is not there', async () => {
    await start({ MLFLOW_SERVERLESS_MODEL_URI: 'models:/nothing@champion' });

    const response = await ask();

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' });
  });

  it('answers 501 for a model that needs Python, which is not there', async () => {
    const model = join(work, 'model');
    await mkdir(model);
    await writeFile(
      join(model, 'MLmodel'),
      'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n  sklearn:\n    pickled_model: model.pkl\n',
    );
    await start({ MLFLOW_SERVERLESS_MODEL_URI: model });

    const response = await ask();

    expect(response.status).toBe(501);
    expect(await response.json()).toMatchObject({
      error_code: 'NOT_IMPLEMENTED',
      message: expect.stringContaining('sklearn'),
    });
  });

  it('does not start, and says so, when its entry is broken', async () => {
    const broken = join(work, 'broken');
    await cp(join(work, 'app'), broken, { recursive: true });
    await writeFile(join(broken, 'functions.cjs'), 'throw new Error("no entry");');

    await expect(startFunctionApp(broken, {})).rejects.toThrow(/no entry/);
  });
});
