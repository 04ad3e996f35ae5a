import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ItemRecord, PlannedItem } from '../../../src/batch/distribute/planned-run.ts';
import type { RunManifest } from '../../../src/batch/distribute/run-manifest.ts';
import { failure } from '../../helpers/asl/errors.ts';
import type { Template } from '../../infra/deployment.ts';
import { answersIn } from './answers-in.ts';
import { askOverHttp } from './ask-over-http.ts';
import { synthesizeTemplate } from './batch-template.ts';
import { type DeployedBatch, type DeployOptions, deployBatch } from './deployed-batch.ts';
import { drain } from './event-source.ts';
import type { Call } from './function-fleet.ts';
import { fromBus } from './messages.ts';
import { redrive } from './redrive.ts';
import { openStand, type Stand } from './stand.ts';
import { csvOf, FORMATS, jsonLinesOf, wineRows } from './wine-rows.ts';

const MEBIBYTE = 2 ** 20;
const ROWS = wineRows(60_000, 23);
const SMALL = 300;
const ENDPOINT = {
  name: 'wine',
  model: 'models:/wine@champion',
  auth: 'none' as const,
  store: { bucket: 'models' },
  batch: {
    input: 's3://files/in',
    output: 's3://files/out',
    maxRefusedRatio: 0.001,
    distributeAboveBytes: MEBIBYTE,
    rangeBytes: MEBIBYTE,
    maxParallelParts: 3,
    toleratedFailureRatio: 0.15,
  },
};
const POISON = 'x,y\n1,2\n';

let stand: Stand;
/** To ROWS, by the same zip over HTTP. */
let answers: unknown[];
let template: Template;
const deployments: DeployedBatch[] = [];

beforeAll(async () => {
  template = synthesizeTemplate(ENDPOINT);
  stand = await openStand();
  answers = await askOverHttp(stand, ROWS);
}, 300_000);
afterAll(async () => {
  for (const each of deployments) await each.close();
  await stand?.close();
});

async function deploy(options?: DeployOptions): Promise<DeployedBatch> {
  const deployed = await deployBatch(stand, template, options);
  deployments.push(deployed);
  return deployed;
}

const itemOf = ({ event }: Call): PlannedItem | undefined => (event as { item?: PlannedItem }).item;

const small = (from = 0): string => csvOf(ROWS.slice(from, from + SMALL));
const rowsOf = (count: number, refused = 0) => ({ in: count, out: count - refused, refused });

/** As the endpoint answers these rows; in the job's folder is what manifests name, and else nothing: no claim, no second answer. */
async function expectAnswers(name: string, expected: readonly unknown[]): Promise<void> {
  const { job, rows, outputs, errors } = await stand.manifest(name);
  expect(rows.out).toBe(expected.length);
  expect(await answersIn(stand, name)).toEqual(expected);
  const files = (await stand.list(`${name}/${job}`)).map((key) =>
    key.slice(`out/in/${name}/${job}/`.length),
  );
  const named = [...outputs, ...errors].map(({ path }) => path).toSorted();
  expect(files.filter((file) => !/(^|\/)_(manifest|part)\.json$/.test(file))).toEqual(named);
}

const filesOf = ({ files }: RunManifest): string[] =>
  files.map(({ uri }) => uri.slice('s3://files/in/'.length)).toSorted();

describe.concurrent('a run of the state machine', () => {
  it('scores files of every format, large ones in parts, though an instance is killed', async () => {
    const broken = [17, 30_000];
    const lines = csvOf(ROWS).split('\n');
    for (const row of broken) lines[row + 1] = String(lines[row + 1]).replace(/^[^,]*/, 'much');
    await stand.put('all/large.csv', lines.join('\n'));
    await stand.put('all/large.jsonl', jsonLinesOf(ROWS.slice(0, 20_000)));
    await stand.put('all/large.parquet', FORMATS['-snappy.parquet']?.(ROWS) ?? '');
    const ends = Object.keys(FORMATS);
    for (const [i, end] of ends.entries()) {
      await stand.put(`all/small${end}`, FORMATS[end]?.(ROWS.slice(i, i + SMALL)) ?? '');
    }
    let killing: Promise<void> | undefined;
    const deployed = await deploy({
      watch(call) {
        const { input, part } = itemOf(call) ?? {};
        if (input?.key !== 'in/all/large.csv' || part?.index !== 1) return;
        killing ??= killInTheMiddle('all/large.csv', 'part-2-of', call);
      },
    });

    const { exitCode, stdout, stderr } = await deployed.run('s3://files/in/all/', '--json');

    expect(exitCode, stderr).toBe(0);
    await killing;
    expect(deployed.tasks).toMatchObject({ most: 3, errors: ['Runtime.ExitError'] });
    const run = JSON.parse(stdout) as RunManifest;
    expect(run.rows).toEqual(rowsOf(140_000 + ends.length * SMALL, 2));
    expect(run.failed).toEqual([]);
    expect(filesOf(run)).toEqual(
      ['large.csv', 'large.jsonl', 'large.parquet', ...ends.map((end) => `small${end}`)]
        .map((name) => `all/${name}`)
        .toSorted(),
    );
    await expectAnswers(
      'all/large.csv',
      answers.filter((_, row) => !broken.includes(row)),
    );
    await expectAnswers('all/large.jsonl', answers.slice(0, 20_000));
    await expectAnswers('all/large.parquet', answers);
    for (const [i, end] of ends.entries()) {
      await expectAnswers(`all/small${end}`, answers.slice(i, i + SMALL));
    }
    expect((await refusedIn('all/large.csv')).map(({ row }) => row)).toEqual(broken);
    const ofRun = (await stand.list()).filter((key) => key.startsWith(`out/_runs/${run.run}/`));
    expect(ofRun.filter((key) => key.endsWith('/_manifest.json'))).toHaveLength(1);
    // What Step Functions writes itself: of each child its input and its answer.
    const kept = ofRun.filter((key) => /\/results\/.*\/SUCCEEDED_0\.json$/.test(key));
    const children = JSON.parse((await stand.read(String(kept[0]))).toString()) as {
      Output: string;
    }[];
    const rowsIn = children.map(({ Output }) => (JSON.parse(Output) as ItemRecord).rows.in);
    expect(rowsIn.reduce((sum, each) => sum + each)).toBe(run.rows.in);
    expect((await stand.uploads()).filter((key) => key.includes('/all/'))).toEqual([]);
  }, 240_000);

  it('tolerates a share of poison files, and names them', async () => {
    const good = [0, 1, 2, 3, 4, 5];
    for (const i of good) await stand.put(`some/${i}.csv`, small(i));
    await stand.put('some/poison.csv', POISON);
    const deployed = await deploy();

    const { exitCode, stdout } = await deployed.run('s3://files/in/some/', '--json');

    expect(exitCode).toBe(1);
    const run = JSON.parse(stdout) as RunManifest;
    expect(run.rows).toEqual(rowsOf(6 * SMALL));
    expect(filesOf(run)).toEqual(good.map((i) => `some/${i}.csv`));
    expect(run.failed).toMatchObject([{ uri: 's3://files/in/some/poison.csv' }]);
    for (const i of good) {
      await expectAnswers(`some/${i}.csv`, answers.slice(i, i + SMALL));
    }
    expect((await stand.list('some/poison.csv')).join()).not.toMatch(/manifest|predictions/);
  }, 120_000);

  it('fails above that share; started again after the repair, it scores what is missing', async () => {
    const names = ['0', '1', '2', '3', 'bad-1', 'bad-2'].map((name) => `most/${name}.csv`);
    for (const [i, name] of names.entries()) await stand.put(name, i < 4 ? small(i) : POISON);
    const deployed = await deploy();

    const failed = await deployed.run('s3://files/in/most/');
    const readBefore = names.map((name) => stand.reads(`in/${name}`));
    for (const [i, name] of names.entries()) if (i >= 4) await stand.put(name, small(i));
    const healed = await deployed.run('s3://files/in/most/', '--json');
    const readAfter = names.map((name) => stand.reads(`in/${name}`));
    const again = await deployed.run('s3://files/in/most/', '--json');

    expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
    expect(failed.stderr).toContain('States.ExceedToleratedFailureThreshold');
    expect(failed.stderr).toContain('what is done stays done');
    expect(healed.exitCode).toBe(0);
    expect((JSON.parse(healed.stdout) as RunManifest).rows).toEqual(rowsOf(6 * SMALL));
    for (const [i, name] of names.entries()) {
      await expectAnswers(name, answers.slice(i, i + SMALL));
    }
    expect(readAfter.map((count, i) => count - Number(readBefore[i]))).toEqual([0, 0, 0, 0, 1, 1]);
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(healed.stdout));
    expect(names.map((name) => stand.reads(`in/${name}`))).toEqual(readAfter);
  }, 120_000);

  it('of a message that failed is replayed from the dead-letter queue, and scores what is missing', async () => {
    let isThrottled = true;
    const deployed = await deploy({
      secondMs: 0,
      watch(call) {
        const { part } = itemOf(call) ?? {};
        if (!isThrottled || part === undefined || part.index < part.count - 1) return;
        throw failure('Lambda.TooManyRequestsException', 'Rate Exceeded.');
      },
    });
    const { queues, door, outcomes } = deployed;
    const told = await stand.put('message.csv', csvOf(ROWS));
    await queues.send(fromBus(told));

    await drain(queues, door);
    const failed = await outcomes[0];
    const listed = JSON.parse((await redrive(stand.queues, queues, '--json')).stdout);
    const done = (await stand.list('message.csv')).filter((key) => key.endsWith('/_part.json'));
    const readBefore = stand.reads(told.key);
    isThrottled = false;
    await redrive(stand.queues, queues, '--replay');
    await drain(queues, door);
    const healed = await outcomes[1];

    expect(failed).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
    expect(listed).toMatchObject([{ uris: ['s3://files/in/message.csv'] }]);
    expect(healed).toMatchObject({ status: 'SUCCEEDED', output: { rows: rowsOf(60_000) } });
    const { outputs } = await stand.manifest('message.csv');
    expect(stand.reads(told.key) - readBefore).toBe(outputs.length - done.length);
    await expectAnswers('message.csv', answers);
    expect(await queues.failures()).toEqual([]);
  }, 120_000);
});

it('a run has the model that the alias meant when it was planned; the next run has the new one', async () => {
  await stand.put('old/large.csv', csvOf(ROWS));
  await stand.put('new/small.csv', small());
  const deployed = await deploy({
    async watch(call) {
      if (itemOf(call)?.part?.index !== 2) return;
      await stand.moveAlias('1');
      await sleep(600); // as long as a function may keep the alias in mind
    },
  });

  const before = await deployed.run('s3://files/in/old/', '--json');
  const after = await deployed.run('s3://files/in/new/', '--json');

  expect(JSON.parse(before.stdout)).toMatchObject({
    rows: rowsOf(60_000),
    model: { version: '2' },
  });
  expect((await stand.manifest('old/large.csv')).model.version).toBe('2');
  await expectAnswers('old/large.csv', answers);
  expect(JSON.parse(after.stdout)).toMatchObject({ rows: rowsOf(SMALL), model: { version: '1' } });
  expect(await answersIn(stand, 'new/small.csv')).not.toEqual(answers.slice(0, SMALL));
}, 120_000);

/** As soon as the part is being scored. */
async function killInTheMiddle(name: string, part: string, { kill }: Call): Promise<void> {
  const find = async (end: string) =>
    (await stand.list(name)).some((key) => key.includes(part) && key.endsWith(end));
  while (!((await find('/_claim.json')) || (await find('/_part.json')))) await sleep(5);
  await kill();
  expect(await find('/_part.json')).toBe(false);
}

async function refusedIn(name: string): Promise<{ readonly row: number }[]> {
  const { job, errors } = await stand.manifest(name);
  const texts = await Promise.all(
    errors.map(({ path }) => stand.read(`out/in/${name}/${job}/${path}`)),
  );
  return texts.flatMap((text) =>
    text
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}
