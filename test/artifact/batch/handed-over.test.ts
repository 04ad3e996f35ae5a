import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BatchRunRequest } from '../../../src/batch/distribute/run-request.ts';
import { createRandom } from '../../interop/random.ts';
import { answersIn } from './answers-in.ts';
import { drain } from './event-source.ts';
import type { RestartedInstance } from './instance.ts';
import { fromBus, fromS3 } from './messages.ts';
import { openStand, type Stand } from './stand.ts';
import { csvOf, FORMATS, wineRows } from './wine-rows.ts';

const ROWS = wineRows(20_000, 13);

let stand: Stand;
let machines: SFNClient;
let stateMachineArn: string;

beforeAll(async () => {
  stand = await openStand();
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  machines = new SFNClient({ endpoint: stand.queues.url, region: 'us-east-1', credentials });
  const created = new CreateStateMachineCommand({
    name: 'files',
    roleArn: 'arn:aws:iam::123456789012:role/files',
    // The executions are not carried out: this test does what they say.
    definition: JSON.stringify({ StartAt: 'All', States: { All: { Type: 'Pass', End: true } } }),
  });
  stateMachineArn = (await machines.send(created)).stateMachineArn as string;
}, 300_000);
afterAll(() => stand?.close());

const start = (): RestartedInstance =>
  stand.start({
    environment: {
      AWS_ENDPOINT_URL_SFN: stand.queues.url,
      MLFLOW_SERVERLESS_BATCH_STATE_MACHINE: stateMachineArn,
      MLFLOW_SERVERLESS_BATCH_DISTRIBUTE_ABOVE_BYTES: '300000',
      MLFLOW_SERVERLESS_BATCH_RANGE_BYTES: '200000',
    },
  });

async function call(instance: RestartedInstance, event: object): Promise<Record<string, unknown>> {
  const { kind, body } = await instance.invoke(event);
  if (kind === 'error') throw new Error(JSON.stringify(body));
  return body as Record<string, unknown>;
}

interface Started {
  readonly name: string;
  readonly request: BatchRunRequest;
}

async function executionsOf(key: string): Promise<Started[]> {
  const { executions = [] } = await machines.send(new ListExecutionsCommand({ stateMachineArn }));
  const described = await Promise.all(
    executions.map(async ({ executionArn, name = '' }) => {
      const found = await machines.send(new DescribeExecutionCommand({ executionArn }));
      return { name, request: JSON.parse(found.input ?? '') as BatchRunRequest };
    }),
  );
  return described.filter(({ request }) => request.input === `s3://files/${key}`);
}

const shuffled = <T>(items: readonly T[]): T[] => {
  const random = createRandom(4);
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
};

it.each([
  '.csv',
  '.jsonl',
  '-zstd.parquet',
])('a large file *%s is handed over once, and scored by two functions as by one', async (end) => {
  const content = FORMATS[end]?.(ROWS) ?? '';
  const queues = await stand.queues.create();
  const [first, second] = [start(), start()];
  const whole = await stand.put(`whole${end}`, content);
  await queues.send(fromS3(whole));
  await drain(queues, stand.start());
  const told = await stand.put(`parts${end}`, content);
  await queues.send(fromS3(told));
  await queues.send(fromBus(told));

  await drain(queues, first);

  const executions = await executionsOf(told.key);
  expect(executions).toHaveLength(1);
  const { name: execution, request } = executions[0] as Started;
  expect(await stand.list(`parts${end}`)).toEqual([]);
  let run: Record<string, unknown>;
  do run = await call(first, { task: 'plan', request, execution });
  while (run['isPlanned'] !== true);
  const { key } = run['plan'] as { key: string };
  const items = (await stand.read(key))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(items.length).toBeGreaterThan(3);
  // In any order, and some of them twice: at the same time, one of both comes again later.
  const calls = shuffled([...items, ...items.slice(0, 3)]);
  const work = async (instance: RestartedInstance): Promise<void> => {
    for (let item = calls.pop(); item !== undefined; item = calls.pop()) {
      const { kind, body } = await instance.invoke({ task: 'item', run, item });
      if (kind === 'response') continue;
      expect(body).toMatchObject({ errorType: 'TEMPORARILY_UNAVAILABLE' });
      calls.unshift(item);
      await sleep(100);
    }
  };
  await Promise.all([work(first), work(second)]);
  const summary = await call(first, { task: 'finish', run });

  expect(summary).toMatchObject({ rows: { in: 20_000, out: 20_000, refused: 0 }, failed: 0 });
  const manifest = await stand.manifest(`parts${end}`);
  expect(manifest.rows).toEqual({ in: 20_000, out: 20_000, refused: 0 });
  expect(manifest.outputs.length).toBe(items.length);
  const found = await answersIn(stand, `parts${end}`);
  expect(found).toEqual(await answersIn(stand, `whole${end}`));
  expect(found).toHaveLength(20_000);
});

it('a small file is scored at once', async () => {
  const queues = await stand.queues.create();
  const told = await stand.put('small.csv', csvOf(ROWS.slice(0, 100)));
  await queues.send(fromS3(told));

  await drain(queues, start());

  expect((await stand.manifest('small.csv')).rows.out).toBe(100);
  expect(await executionsOf(told.key)).toEqual([]);
});
