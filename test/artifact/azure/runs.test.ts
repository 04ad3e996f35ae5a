import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../helpers/run-cli.ts';
import { csvOf, wineRows } from '../batch/wine-rows.ts';
import { type BatchApp, startBatchApp } from './batch-app.ts';

/** Runs over many calls: the queue's function hands a large file over, and the orchestration does it in parts. */
let under: BatchApp;
let extension: Server;
/** What Durable Functions was asked to start. */
const started = new Map<string, unknown>();
const statusOf = new Map<string, string>();
const outputOf = new Map<string, unknown>();
let onStart: (id: string) => void = () => {};

beforeAll(async () => {
  extension = await startExtension();
  under = await startBatchApp({
    MLFLOW_SERVERLESS_BATCH_DISTRIBUTE_ABOVE_BYTES: '20000',
    MLFLOW_SERVERLESS_BATCH_RANGE_BYTES: '10000',
    TEST_DURABLE_CLIENT: client().json,
  });
}, 60_000);
afterAll(async () => {
  await under?.close();
  extension?.close();
});

/** The interface of Durable Functions that the client library calls: start, and status. */
async function startExtension(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const id = request.url?.split(/[/?]/).at(request.method === 'POST' ? 3 : 2) ?? '';
    const json = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.method === 'POST') {
      started.set(id, JSON.parse(Buffer.concat(chunks).toString()));
      statusOf.set(id, 'Running');
      onStart(id);
      return json(202, { id });
    }
    const runtimeStatus = statusOf.get(id);
    if (runtimeStatus === undefined) return json(404, {});
    const at = new Date().toISOString();
    return json(200, {
      name: 'batch-run',
      instanceId: id,
      runtimeStatus,
      createdTime: at,
      lastUpdatedTime: at,
      input: {},
      output: outputOf.get(id) ?? null,
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** As the extension gives it to a function. */
const client = () => ({
  json: JSON.stringify({
    taskHubName: 'hub',
    creationUrls: { createNewInstancePostUri: 'unused' },
    managementUrls: { id: 'INSTANCEID', statusQueryGetUri: 'unused' },
    rpcBaseUrl: `http://127.0.0.1:${(extension.address() as AddressInfo).port}/`,
  }),
});

const receive = (key: string) =>
  under.app.invoke(
    'batch',
    { string: JSON.stringify(under.created(key)) },
    {},
    { durableClient: client() },
  );

/** The rows of what the command line makes of the same file. */
async function rowsScoredHere(bytes: Buffer): Promise<string[]> {
  const files = await under.scoredHere('rows.csv', bytes);
  return String(files.get('predictions.csv')).trimEnd().split('\n').slice(1);
}

describe('a run over many calls, of the built function app', () => {
  it('is registered, orchestration and activities', () => {
    expect(under.app.functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['batch', 'batch-run', 'batch-plan', 'batch-items', 'batch-item', 'batch-finish'],
        'batch-keep',
      ]),
    );
  });

  it('scores a large file in parts, each row once and as one call does', async () => {
    const csv = Buffer.from(csvOf(wineRows(1_000)));
    await under.put('in/large.csv', csv);

    await receive('in/large.csv');
    await receive('in/large.csv'); // under way: it is not started again
    expect(started.size).toBe(1);
    const [[id, input] = ['', undefined]] = started;
    const run = await under.app.orchestrate('batch-run', input, id);

    expect(run).toMatchObject({ status: 'Completed', output: { files: 1, failed: 0 } });
    expect(run.activities.filter((name) => name === 'batch-item').length).toBeGreaterThan(3);
    const files = await under.outputs();
    const parts = [...files.keys()].filter((name) => /predictions.*\.csv$/.test(name)).toSorted();
    expect(parts.length).toBeGreaterThan(3);
    const rows = parts.flatMap((name) => String(files.get(name)).trimEnd().split('\n').slice(1));
    expect(rows).toEqual(await rowsScoredHere(csv));

    const again = await under.app.orchestrate('batch-run', input, id);
    expect(again.status).toBe('Completed');
    expect([...(await under.outputs()).keys()].toSorted()).toEqual([...files.keys()].toSorted());
  });

  it('puts the message of a run that failed into the poison queue', async () => {
    await under.put('in/bad.csv', `a,b\n${'1,2\n'.repeat(10_000)}`);
    await receive('in/bad.csv');
    const [id, input] = [...started].at(-1) ?? ['', undefined];

    const run = await under.app.orchestrate('batch-run', input, id);

    expect(run.status).toBe('Failed');
    expect(run.activities.at(-1)).toBe('batch-keep');
  });
});

describe('batch of the command line, with a function app', () => {
  const batch = (...more: string[]) =>
    runCli(
      [
        'batch',
        '-i',
        `${under.uri}/in/cli/`,
        '-o',
        `${under.uri}/out`,
        '--function-app',
        under.app.url,
        ...more,
      ],
      {
        environment: { ...under.azurite.environment, MLFLOW_SERVERLESS_FUNCTION_KEY: 'key' },
      },
    );

  beforeAll(() => {
    onStart = (id) => {
      void under.app.orchestrate('batch-run', started.get(id), id).then(({ status, error }) => {
        outputOf.set(id, error);
        statusOf.set(id, status);
      });
    };
  });

  it('starts a run, watches it, and says what came of it', async () => {
    for (const name of ['a', 'b']) {
      await under.put(`in/cli/${name}.csv`, csvOf(wineRows(30)));
    }

    const { exitCode, stdout, stderr } = await batch('--json');

    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('cli-')]);
    expect(JSON.parse(stdout)).toMatchObject({ rows: { in: 60, out: 60, refused: 0 }, failed: [] });
  }, 60_000);

  it('says why a run failed', async () => {
    await under.put('in/cli/bad.csv', 'a,b\n1,2\n');

    const { exitCode, stderr } = await batch();

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/the run failed: .+/);
  }, 60_000);

  it.each([
    [['-m', 'models:/wine/1'], /leave out -m/],
    [['--here'], /exclude each other/],
  ])('refuses %j', async (more, message) => {
    const { exitCode, stderr } = await batch(...more);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('is told what is wrong with a request', async () => {
    const post = await fetch(`${under.app.url}/batch-runs/x`, { method: 'POST', body: '{}' });
    const get = await fetch(`${under.app.url}/batch-runs/nobody`);

    expect([post.status, get.status]).toEqual([400, 404]);
    expect(await post.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' });
  });
});
