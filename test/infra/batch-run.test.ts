import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseCreatedObjects } from '../../src/adapters/aws/batch-events.ts';
import { createBatchTaskHandler } from '../../src/adapters/aws/batch-tasks.ts';
import type { BatchManifest } from '../../src/batch/batch-manifest.ts';
import { parseRunRequest } from '../../src/batch/distribute/parse-run-request.ts';
import type { PlannedItem, PlannedRun } from '../../src/batch/distribute/planned-run.ts';
import type { RunManifest } from '../../src/batch/distribute/run-manifest.ts';
import { runPlaces } from '../../src/batch/store/run-places.ts';
import { readBatchConfiguration } from '../../src/config/batch-configuration.ts';
import { type BatchService, openBatch, type StartRun } from '../../src/endpoint/open-batch.ts';
import { createLog } from '../../src/log.ts';
import { NO_TELEMETRY } from '../../src/telemetry.ts';
import type { Definition } from '../helpers/asl/definition.ts';
import { failure } from '../helpers/asl/errors.ts';
import { type Outcome, runDefinition } from '../helpers/asl/run-definition.ts';
import { type FakeS3, startFakeS3 } from '../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../helpers/fake-s3-answers.ts';
import { templateOf } from './synth.ts';

/** The state machine that `cdk deploy` makes, followed state by state, with the code of the function that it calls. */
let s3: FakeS3;
let service: BatchService;
let columns: string[] = [];
let kept: { MessageBody: string; MessageAttributes: unknown }[] = [];
/** Before each call of the function: throws what Lambda would report. */
let fault: (event: { task: string; item?: PlannedItem }, call: number) => void = () => {};
let isQueueClosed = false;
/** Of each task and item, by its index. */
let calls: Map<string, number>;

const log = createLog({ level: 'silent' });
const environmentOf = (url: string) => ({
  AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
  MLFLOW_S3_ENDPOINT_URL: url,
  MLFLOW_REGISTRY_URI: 'examples/registry',
  MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
  MLFLOW_SERVERLESS_BATCH_INPUT: 's3://files/in',
  MLFLOW_SERVERLESS_BATCH_OUTPUT: 's3://files/out',
  MLFLOW_SERVERLESS_BATCH_DISTRIBUTE_ABOVE_BYTES: '4000',
  MLFLOW_SERVERLESS_BATCH_RANGE_BYTES: '2000',
});

const open = (startRun?: StartRun): Promise<BatchService> =>
  openBatch({
    configuration: readBatchConfiguration(environmentOf(s3.url)),
    log,
    telemetry: NO_TELEMETRY,
    ...(startRun && { startRun }),
  });

beforeAll(async () => {
  s3 = await startFakeS3();
  const { mlmodel } = (await (await open()).preload()) as {
    mlmodel: { signature: { inputs: { inputs: { name: string }[] } } };
  };
  columns = mlmodel.signature.inputs.inputs.map(({ name }) => name);
  await s3.close();
}, 60_000);

beforeEach(async () => {
  s3 = await startFakeS3();
  s3.put('files', 'out/kept', '');
  service = await open();
  kept = [];
  isQueueClosed = false;
  calls = new Map();
  fault = () => {};
});
afterEach(() => s3.close());

const csvOf = (rows: number, seed = 0): string =>
  [
    columns,
    ...Array.from({ length: rows }, (_, row) =>
      columns.map((_, i) => ((row * 7 + i + seed) % 97) / 10),
    ),
  ]
    .map((cells) => `${cells.join(',')}\n`)
    .join('');

/** As the template has it; what is only known in AWS has a name. */
function definitionOf(name: string): Definition {
  const [machine] = Object.values(
    templateOf(name).findResources('AWS::StepFunctions::StateMachine'),
  );
  const text = machine?.['Properties'].DefinitionString;
  const parts = text['Fn::Join'][1] as (string | { Ref?: string; 'Fn::GetAtt'?: string[] })[];
  return JSON.parse(
    parts
      .map((part) =>
        typeof part === 'string'
          ? part
          : part.Ref === 'AWS::Partition'
            ? 'aws'
            : (part.Ref ?? part['Fn::GetAtt']?.[0] ?? 'token'),
      )
      .join(''),
  );
}

/** The function, as Lambda would call it: a copy goes in, and a copy comes out. */
async function invoke(payload: unknown): Promise<unknown> {
  const event = payload as { task: 'plan' | 'item' | 'finish'; item?: PlannedItem };
  const key = `${event.task} ${event.item?.index ?? ''}`;
  const call = (calls.get(key) ?? 0) + 1;
  calls.set(key, call);
  fault(event, call);
  const handler = createBatchTaskHandler(
    {
      plan: async ({ request, execution }, work) => {
        const run = await service.plan(parseRunRequest(request), String(execution), {
          ...work,
          isLate: () => call % 3 !== 0,
        });
        return { ...run, ...runPlaces(run) };
      },
      item: ({ run, item }, work) => service.item(run as PlannedRun, item as PlannedItem, work),
      finish: ({ run }, work) => service.finish(run as PlannedRun, work),
    },
    log,
  );
  const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 900_000 };
  const answer = await handler(event as never, context);
  return JSON.parse(JSON.stringify(answer));
}

const run = (name: string, input: unknown): Promise<Outcome> =>
  runDefinition(definitionOf(name), input, {
    name: 'execution-1',
    services: {
      invoke: (_name, payload) => invoke(payload),
      sendMessage: async (parameters) => {
        if (isQueueClosed) throw failure('Sqs.SqsException', 'closed');
        kept.push(parameters as never);
      },
      getObject: async (bucket, key) => {
        const found = s3.get(bucket, key);
        if (found === undefined) throw new Error(`NoSuchKey ${key}`);
        return found;
      },
      putObject: async (bucket, key, text) => s3.put(bucket, key, text),
    },
  });

const REQUEST = { input: 's3://files/in/', output: 's3://files/out' };

function manifestOf(outcome: Outcome): RunManifest {
  expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
  const { run } = (outcome as { output: { run: string } }).output;
  return JSON.parse(s3.get('files', `out/_runs/${run}/_manifest.json`)?.toString() ?? '');
}

/** Counts the rows that are really there, file by file, and compares them with every manifest. */
function countRows(manifest: RunManifest): number {
  let all = 0;
  for (const file of manifest.files) {
    const folder = `out/${file.manifest.replace(/\/[^/]+$/, '')}`;
    const own = JSON.parse(
      s3.get('files', `out/${file.manifest}`)?.toString() ?? '',
    ) as BatchManifest;
    const lines = own.outputs.flatMap(({ path }) => {
      const text = s3.get('files', `${folder}/${path}`)?.toString() ?? '';
      return text.trimEnd().split('\n').slice(1);
    });
    expect(lines.length).toBe(own.rows.out);
    expect(own.rows.in).toBe(own.rows.out + own.rows.refused);
    expect(file.rows).toEqual(own.rows);
    all += lines.length;
  }
  return all;
}

describe('the state machine of batch', () => {
  it('scores 1,000 items, some after failures that pass, each row once', async () => {
    for (let i = 0; i < 40; i += 1) s3.put('files', `in/small-${i}.csv`, csvOf(3, i));
    s3.put('files', 'in/large.csv', csvOf(40_000));
    fault = ({ task, item }, call) => {
      if (task !== 'item' || item === undefined) return;
      if (item.index % 10 === 3 && call === 1)
        throw failure('Lambda.TooManyRequestsException', 'slow down');
      if (item.index % 10 === 5 && call <= 2) throw failure('Runtime.ExitError', 'killed');
      if (item.index % 10 === 7 && call <= 3) throw failure('States.Timeout', '');
    };

    const outcome = await run('batch', REQUEST);
    const manifest = manifestOf(outcome);

    expect(outcome.visited.slice(0, 4)).toEqual(['Take', 'Plan', 'IsPlanned', 'Plan']);
    const items = [...calls.keys()].filter((key) => key.startsWith('item'));
    expect(items.length).toBeGreaterThanOrEqual(1_000);
    expect(manifest.rows).toEqual({ in: 40_120, out: 40_120, refused: 0 });
    expect(manifest.files).toHaveLength(41);
    expect(countRows(manifest)).toBe(40_120);
    expect(kept).toEqual([]);
  }, 120_000);

  it('fails at the first file that cannot be scored, and says so', async () => {
    for (let i = 0; i < 20; i += 1) s3.put('files', `in/${i}.csv`, csvOf(3, i));
    s3.put('files', 'in/7.csv', 'x,y\n1,2\n');

    const outcome = await run('batch', REQUEST);

    expect(outcome).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
    expect(calls.get('item 17')).toBe(1); // 7.csv, in the order of names: no try helps
    expect(outcome.visited.at(-1)).toBe('Failed');
    expect(kept).toEqual([]);
  });

  it.each([
    ['below', 4, 'SUCCEEDED'],
    ['above', 6, 'FAILED'],
  ])('with failures %s the tolerated share (%d of 100) has %s', async (_, bad, status) => {
    for (let i = 0; i < 100; i += 1)
      s3.put('files', `in/${i}.csv`, i < bad ? 'x,y\n1,2\n' : csvOf(3, i));

    const outcome = await run('batch with everything', REQUEST);

    expect(outcome.status).toBe(status);
    if (outcome.status === 'FAILED') return;
    const manifest = manifestOf(outcome);
    expect(manifest.rows).toEqual({ in: 288, out: 288, refused: 0 });
    expect(manifest.failed).toHaveLength(4);
    expect(countRows(manifest)).toBe(288);
  });

  it('writes into a folder of the output, and nowhere else', async () => {
    s3.put('files', 'in/a.csv', csvOf(3));
    s3.put('files', 'elsewhere/kept', '');

    const below = await run('batch', { ...REQUEST, output: 's3://files/out/june' });
    const beside = await run('batch', { ...REQUEST, output: 's3://files/elsewhere' });

    expect(below).toMatchObject({ status: 'SUCCEEDED', output: { rows: { out: 3 } } });
    expect(beside).toMatchObject({
      status: 'FAILED',
      error: 'INVALID_PARAMETER_VALUE',
      cause: 's3://files/elsewhere is not below s3://files/out; only files there are written',
    });
    expect(calls.get('plan ')).toBe(2);
  });

  it('keeps the message of a file that failed; replayed after the repair, it is scored once', async () => {
    const started: [string, unknown][] = [];
    service = await open(async (name, request) => void started.push([name, request]));
    s3.put('files', 'in/large.csv', csvOf(300));
    const signal = AbortSignal.timeout(60_000);
    await service.score({ uri: 's3://files/in/large.csv' }, REPLAY, { signal });
    const [[, request] = []] = started;
    fault = ({ item }) => {
      if (item?.index === 4) throw failure('INVALID_STATE', 'broken');
    };

    const failed = await run('batch', request);
    fault = () => {};
    const [object] = parseCreatedObjects(kept[0]?.MessageBody ?? '');
    await service.score({ uri: `s3://${object?.bucket}/${object?.key}` }, REPLAY, {
      signal,
    });
    const healed = await run('batch', started[1]?.[1]);

    expect(failed).toMatchObject({ status: 'FAILED' });
    expect(kept).toEqual([
      expect.objectContaining({
        MessageAttributes: {
          error: { DataType: 'String', StringValue: 'States.ExceedToleratedFailureThreshold' },
          execution: { DataType: 'String', StringValue: expect.stringMatching(/:execution-1$/) },
        },
      }),
    ]);
    expect(started[1]?.[0]).toBe(started[0]?.[0]);
    const manifest = manifestOf(healed);
    expect(manifest.rows).toEqual({ in: 300, out: 300, refused: 0 });
    expect(countRows(manifest)).toBe(300);
  });

  it('fails with its own error when its message cannot be kept', async () => {
    s3.put('files', 'in/a.csv', 'x,y\n1,2\n');
    isQueueClosed = true;

    const outcome = await run('batch', { ...REQUEST, replay: REPLAY });

    expect(outcome).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
    expect(outcome.visited.slice(-3)).toEqual(['IsMessage', 'KeepMessage', 'Failed']);
  });

  it('leaves files alone whose names say that they are no data', async () => {
    const started: string[] = [];
    service = await open(async (name) => void started.push(name));
    const before = s3.requests.length;
    const signal = AbortSignal.timeout(60_000);

    await service.score({ uri: 's3://files/in/_temporary/0/part.csv' }, REPLAY, { signal });

    expect(started).toEqual([]);
    expect(s3.requests.length).toBe(before);
  });

  it.each(['plan', 'finish'])('goes on after failures of the task %s that pass', async (task) => {
    s3.put('files', 'in/large.csv', csvOf(300));
    fault = (event, call) => {
      if (event.task === task && call < 3) throw failure('Runtime.ExitError', 'killed');
    };

    expect(manifestOf(await run('batch', REQUEST)).rows).toEqual({ in: 300, out: 300, refused: 0 });
  });

  it('ends when there is nothing to plan', async () => {
    const outcome = await run('batch', REQUEST);

    expect(outcome).toMatchObject({
      status: 'FAILED',
      error: 'RESOURCE_DOES_NOT_EXIST',
      cause: expect.stringContaining('there are no files below s3://files/in/'),
    });
    expect(calls.get('plan ')).toBe(1);
  });

  it('run twice at the same time, and once more, has one manifest and each row once', async () => {
    s3.put('files', 'in/large.csv', csvOf(500));
    s3.put('files', 'in/small.csv', csvOf(5));

    const outcomes = await Promise.all([run('batch', REQUEST), run('batch', REQUEST)]);
    outcomes.push(await run('batch', REQUEST));

    const manifests = outcomes.filter(({ status }) => status === 'SUCCEEDED').map(manifestOf);
    expect(manifests.length).toBeGreaterThanOrEqual(1);
    expect(new Set(manifests.map((manifest) => JSON.stringify(manifest))).size).toBe(1);
    expect(manifests[0]?.rows).toEqual({ in: 505, out: 505, refused: 0 });
    expect(countRows(manifests[0] as RunManifest)).toBe(505);
  });
});

const REPLAY = JSON.stringify({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'files' }, object: { key: 'in/large.csv' } },
});
