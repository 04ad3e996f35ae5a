import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseRunRequest } from '../../../src/batch/distribute/parse-run-request.ts';
import type { PlannedItem } from '../../../src/batch/distribute/planned-run.ts';
import { runPlaces } from '../../../src/batch/store/run-places.ts';
import { readBatchConfiguration } from '../../../src/config/batch-configuration.ts';
import { type BatchService, openBatch } from '../../../src/endpoint/open-batch.ts';
import { ServingError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';
import { NO_TELEMETRY } from '../../../src/telemetry.ts';
import { type FakeS3, startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../../helpers/fake-s3-answers.ts';
import {
  type FakeExecution,
  type FakeStepFunctions,
  MACHINE_ARN,
  startFakeStepFunctions,
} from '../../helpers/fake-step-functions.ts';
import { runCli, startCli } from '../../helpers/run-cli.ts';

/** `batch` of the command line against a state machine that works its runs off here, with the functions' own code. */
let s3: FakeS3;
let stepFunctions: FakeStepFunctions;
let service: BatchService;
let environment: Record<string, string>;
let work: string;
/** Decides what becomes of an item; undefined: it is scored. */
let fault: (item: PlannedItem) => Error | undefined = () => undefined;
let isHeld = false;
const runs: Promise<void>[] = [];

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'batch-deployed-'));
});
afterAll(() => rmSync(work, { recursive: true }));
beforeEach(async () => {
  s3 = await startFakeS3();
  s3.put('files', 'out/kept', '');
  stepFunctions = await startFakeStepFunctions((execution) => runs.push(workOff(execution)));
  environment = {
    AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SFN: stepFunctions.url,
    MLFLOW_S3_ENDPOINT_URL: s3.url,
  };
  service = await openBatch({
    configuration: readBatchConfiguration({
      ...environment,
      MLFLOW_REGISTRY_URI: 'examples/registry',
      MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
      MLFLOW_SERVERLESS_BATCH_OUTPUT: 's3://files/out',
      MLFLOW_SERVERLESS_BATCH_DISTRIBUTE_ABOVE_BYTES: '20000',
      MLFLOW_SERVERLESS_BATCH_RANGE_BYTES: '10000',
    }),
    log: createLog({ level: 'silent' }),
    telemetry: NO_TELEMETRY,
  });
});
afterEach(async () => {
  fault = () => undefined;
  isHeld = false;
  await Promise.all(runs.splice(0));
  await Promise.all([s3.close(), stepFunctions.close()]);
});

/** As the state machine does: plan, every item, finish. */
async function workOff(execution: FakeExecution): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  try {
    const request = parseRunRequest(JSON.parse(execution.input));
    const run = await service.plan(request, execution.name, { signal });
    const { bucket, key } = runPlaces(run).plan;
    const plan = s3.get(bucket, key)?.toString() ?? '';
    for (const line of plan.trimEnd().split('\n')) {
      while (isHeld) await new Promise((done) => setTimeout(done, 20));
      const item = JSON.parse(line) as PlannedItem;
      const error = fault(item);
      if (error) throw error;
      await service.item(run, item, { signal });
    }
    await service.finish(run, { signal });
    execution.status = 'SUCCEEDED';
  } catch (error) {
    const { message } = error as Error;
    const code = error instanceof ServingError ? error.code : 'Error';
    Object.assign(execution, {
      status: 'FAILED',
      error: code,
      cause: JSON.stringify({ errorType: code, errorMessage: message, trace: [] }),
    });
  }
}

const HEADER = readFileSync(
  'examples/registry/models/wine/versions/2/model/serving_input_example.json',
  'utf8',
);
const columns = (JSON.parse(HEADER) as { dataframe_split: { columns: string[] } }).dataframe_split
  .columns;
const csvOf = (rows: number): string =>
  [
    columns,
    ...Array.from({ length: rows }, (_, row) => columns.map((_, i) => ((row * 7 + i) % 97) / 10)),
  ]
    .map((cells) => `${cells.join(',')}\n`)
    .join('');

const MACHINE = ['--state-machine', MACHINE_ARN];
const batch = (input: string, ...more: string[]) =>
  runCli(['batch', '-i', input, '-o', 's3://files/out', ...MACHINE, ...more], { environment });

describe('batch on a state machine', () => {
  it('scores every file below a prefix, large ones in parts, and says what came of it', async () => {
    s3.put('files', 'in/large.csv', csvOf(900));
    s3.put('files', 'in/small.csv', csvOf(7));

    const { exitCode, stdout, stderr } = await batch('s3://files/in/');

    expect(stdout).toMatch(
      /^scored 2 files with wine 2 in [\d.]+ s: 907 rows in, 907 out, 0 refused\n {2}s3:\/\/files\/out\/_runs\/[0-9a-f]{16}\/_manifest.json\n$/,
    );
    expect(stderr).toMatch(
      /^mlflow-serverless: arn:aws:states:.*:execution:wine:cli-[0-9a-f]{16}\n$/,
    );
    expect(exitCode).toBe(0);
  }, 30_000);

  it('prints the manifest as JSON; done once more, nothing changes', async () => {
    s3.put('files', 'in/large.csv', csvOf(900));

    const first = await batch('s3://files/in/large.csv', '--json', '--no-inputs');
    const second = await batch('s3://files/in/large.csv', '--json', '--no-inputs');

    expect(JSON.parse(first.stdout)).toMatchObject({
      version: 1,
      rows: { in: 900, out: 900, refused: 0 },
      failed: [],
    });
    expect(second.stdout).toBe(first.stdout);
    expect([...stepFunctions.executions.keys()]).toEqual([
      expect.stringMatching(/^cli-[0-9a-f]{16}$/),
      expect.stringMatching(/^cli-[0-9a-f]{16}-2$/),
    ]);
  }, 30_000);

  it('shows a run that is under way, and leaves it alone when it is interrupted', async () => {
    s3.put('files', 'in/large.csv', csvOf(900));
    isHeld = true;
    const args = ['batch', '-i', 's3://files/in/large.csv', '-o', 's3://files/out', ...MACHINE];
    const running = startCli(args, { environment });
    while (stepFunctions.executions.size === 0) await new Promise((done) => setTimeout(done, 50));
    await new Promise((done) => setTimeout(done, 500));
    running.child.kill('SIGINT');
    const { exitCode, stderr } = await running.ended;
    isHeld = false;
    const again = await batch('s3://files/in/large.csv');

    expect(exitCode).toBe(130);
    expect(stderr).toContain(
      'interrupted: the run goes on where it is; the same command shows it again',
    );
    expect(again.stdout).toContain('900 rows in, 900 out');
    expect(again.exitCode).toBe(0);
  }, 30_000);

  it('says why a run failed, and goes on from there', async () => {
    s3.put('files', 'in/large.csv', csvOf(900));
    fault = ({ index }) =>
      index === 2
        ? new ServingError('PERMISSION_DENIED', 'the role needs s3:PutObject')
        : undefined;
    const failed = await batch('s3://files/in/large.csv');
    fault = () => undefined;
    const healed = await batch('s3://files/in/large.csv');

    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain(
      'the run failed: PERMISSION_DENIED: the role needs s3:PutObject; what is done stays done',
    );
    expect(healed.stdout).toContain('900 rows in, 900 out');
  }, 30_000);

  it.each([
    [['-m', 'models:/wine@champion'], 'leave out -m'],
    [['--here'], 'exclude each other'],
  ])('refuses --state-machine with %j', async (more, message) => {
    const { exitCode, stderr } = await batch('s3://files/in/a.csv', ...more);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  it('needs no state machine for --here', async () => {
    s3.put('files', 'in/a.csv', csvOf(20));
    const model = ['-m', 'models:/wine@champion', '--registry-uri', 'examples/registry'];
    const args = ['batch', '-i', 's3://files/in/', '-o', 's3://files/out', ...model, '--here'];

    const { stdout, exitCode } = await runCli(args, { environment });

    expect(stdout).toContain('20 rows in, 20 out');
    expect(exitCode).toBe(0);
  });

  it('finds the state machine of a deployed endpoint file by its stack', async () => {
    const path = join(work, 'endpoint.yaml');
    writeFileSync(
      path,
      'name: wine\nmodel: models:/wine@champion\nauth: none\nbatch: { input: s3://files/in, output: s3://files/out }\n',
    );
    const args = ['batch', '-i', 's3://files/in/', '-o', 's3://files/out', '-c', path];

    const { stderr, exitCode } = await runCli(args, {
      environment: {
        ...environment,
        AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:9',
        AWS_MAX_ATTEMPTS: '1',
      },
    });

    expect(stderr).toContain('stack wine (us-east-1) does not answer');
    expect(exitCode).toBe(1);
  });

  it.each([
    ['batch'],
    ['batch', 'redrive'],
  ])('says where an endpoint file is wrong: %s', async (...command) => {
    const path = join(work, 'wrong.yaml');
    writeFileSync(
      path,
      'name: wine\nmodel: models:/wine@champion\nauth: none\nbatch: { inputs: s3://files/in }\n',
    );
    const places = ['-i', 's3://files/in/', '-o', 's3://files/out'];
    const args = [...command, ...(command.length > 1 ? [] : places), '-c', path];

    const { stderr, exitCode } = await runCli(args, { environment });

    expect(stderr).toContain('wrong.yaml has faults\n');
    expect(stderr).toMatch(/wrong\.yaml:4:\d+: .*inputs/);
    expect(exitCode).toBe(2);
  });
});
