import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { BUCKET_KEYS, startBucket } from '../artifact/bucket.ts';
import { startFaultProxy } from '../artifact/fault-proxy.ts';
import { type LambdaProcess, startLambda } from '../artifact/lambda-process.ts';
import { signedHeaders } from '../helpers/signed-webhook.ts';
import { stopServers } from './processes.ts';
import { type Arrival, startFollower } from './webhooks/follower.ts';
import { measureSwitch } from './webhooks/measure-switch.ts';
import { createMlflowRegistry, logVersions, startMlflow } from './webhooks/mlflow-server.ts';
import { startSecretStore } from './webhooks/secret-store.ts';
import { ask, startSteadyLoad } from './webhooks/steady-load.ts';

/**
 * `npm run interop:webhooks`: a real MLflow server sends real webhooks, the built zip follows them in a
 * real S3 server, and the built zip serves from there under steady load. Ends with the times of every
 * switch; exit code 1 when a request failed, or an old answer came a second after the pointer had moved.
 */
const ZIP = `dist/lambda-${process.arch}.zip`;
const SECRET = randomUUID();
const NEXT_SECRET = randomUUID();
const MODELS = [
  { name: 'small', versions: 4 },
  { name: 'large', versions: 2, bytes: 20_000_000 },
];
const INSTANCES = 3;
/** Between two requests to an instance. */
const PAUSE_MS = 15;

let failures = 0;
const closing: (() => Promise<void>)[] = [];
const work = mkdtempSync(join(tmpdir(), 'webhooks-'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void close().then(() => process.exit(1)));
}
try {
  if (!existsSync(ZIP)) throw new Error(`${ZIP} is missing: run npm run build first`);
  await run();
} catch (error) {
  failures += 1;
  console.error(error);
} finally {
  await close();
}
console.log(failures === 0 ? 'webhooks passed' : `webhooks failed: ${failures}`);
process.exitCode = failures === 0 ? 0 : 1;

async function close(): Promise<void> {
  for (const stop of closing.splice(0).reverse()) await stop();
  await stopServers();
  rmSync(work, { recursive: true, force: true });
}

function check(what: string, isGood: boolean, detail: unknown = ''): void {
  if (!isGood) failures += 1;
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${what}${isGood ? '' : `  ${String(detail)}`}`);
}

/** Wait until `isTrue`; false when it never is. */
async function eventually(isTrue: () => boolean, timeoutMs = 30_000): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(20)) {
    if (isTrue()) return true;
  }
  return isTrue();
}

async function run(): Promise<void> {
  const python = ensurePythonEnvironment();
  const directory = join(work, 'function');
  execFileSync('unzip', ['-q', ZIP, '-d', directory]);
  const server = await startMlflow(python, join(work, 'mlflow'));
  const bucket = await startBucket(join(work, 's3'));
  logVersions(python, server.url, MODELS);
  const mlflow = createMlflowRegistry(server.url);
  const toMlflow = await startFaultProxy(server.url);
  closing.push(() => toMlflow.close());
  const s3 = { ...BUCKET_KEYS, MLFLOW_S3_ENDPOINT_URL: bucket.url };
  const secrets = await startSecretStore(python, SECRET);
  const follower = await startFollower({
    directory,
    instances: 2,
    environment: {
      ...s3,
      MLFLOW_TRACKING_URI: toMlflow.url,
      MLFLOW_SERVERLESS_PUBLISH_TO: 's3://models/registry',
      MLFLOW_SERVERLESS_PUBLISH_ON: 'alias,tag',
      ...secrets.environment,
    },
  });
  closing.push(() => follower.stop());
  if (process.env['WEBHOOKS_LOG']) closing.push(async () => console.log(follower.log()));
  const webhook = await mlflow.createWebhook(follower.url, SECRET, [
    'registered_model.created',
    'model_version_alias.created',
    'model_version_alias.deleted',
    'model_version_tag.set',
  ]);

  const file = (key: string): string => join(work, 's3', 'models', 'registry', key);
  const pointer = (key: string): { version?: string | null; moved_by?: string } => {
    const path = file(`models/${key}.json`);
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  };
  const follows = (key: string, version: string | null): Promise<boolean> =>
    eventually(() => pointer(key).version === version);

  async function serve(uri: string): Promise<LambdaProcess> {
    const environment = {
      ...s3,
      MLFLOW_SERVERLESS_MODEL_URI: uri,
      MLFLOW_REGISTRY_URI: 's3://models/registry',
      MLFLOW_SERVERLESS_REFRESH: 'push',
    };
    const lambda = await startLambda({ directory, environment });
    closing.push(() => lambda.stop());
    if (process.env['WEBHOOKS_LOG']) closing.push(async () => console.log(lambda.log()));
    await lambda.ready;
    return lambda;
  }

  check("MLflow's own try of the webhook gets 200", (await mlflow.testWebhook(webhook)) === 200);

  // A version is published when an alias is set to it: in an invocation of its own, answered with 202.
  for (const { name } of MODELS) {
    await mlflow.setAlias(name, 'champion', '1');
    check(`${name} 1 is published, then served`, await follows(`${name}/aliases/champion`, '1'));
    await mlflow.setAlias(name, 'challenger', '2');
    check(`${name} 2 is published`, await follows(`${name}/aliases/challenger`, '2'));
  }
  const statuses = follower.arrivals.slice(1).map(({ status }) => status);
  check('publishing is handed over', statuses.join() === '202,202,202,202', statuses);
  check('the pointer says who moved it', pointer('small/aliases/champion').moved_by === 'webhook');

  // Switches under load.
  for (const { name } of MODELS) {
    const uri = `models:/${name}@champion`;
    const instances = await Promise.all(Array.from({ length: INSTANCES }, () => serve(uri)));
    const load = startSteadyLoad(instances, PAUSE_MS);
    for (const [from, to] of [
      ['1', '2'],
      ['2', '1'],
      ['1', '2'],
    ] as const) {
      const pointerFile = file(`models/${name}/aliases/champion.json`);
      const move = (): Promise<void> => mlflow.setAlias(name, 'champion', to);
      const facts = { load, follower, pointerFile, instances: INSTANCES, from, to, move };
      const { faults, ...ms } = await measureSwitch(facts);
      check(`${name}: ${from} → ${to}`, faults.length === 0, faults.join('; '));
      console.log(
        `     webhook ${ms.webhookMs} ms, pointer ${ms.pointerMs.toFixed()}, first new answer ${ms.firstNewMs}, last old ${ms.lastOldMs} (${(ms.lastOldMs - ms.pointerMs).toFixed()} after the pointer); ${ms.requests} requests, ${ms.inFlight} in flight, slowest ${ms.slowestMs} ms`,
      );
    }

    // Deleted: who has the model goes on with it, who has not says what is missing.
    await mlflow.deleteAlias(name, 'champion');
    check(`${name}: the alias is removed`, await follows(`${name}/aliases/champion`, null));
    const before = load.answers.length;
    await sleep(1_500);
    const since = load.answers.slice(before);
    const isGood = since.every(({ status, version }) => status === 200 && version === '2');
    check(`${name}: its last good version goes on`, since.length > 0 && isGood);
    const fresh = await ask(await serve(uri));
    check(
      `${name}: a new instance answers 404`,
      fresh.status === 404 && fresh.predicted.includes('has no alias "champion"'),
      JSON.stringify(fresh),
    );
    await mlflow.setAlias(name, 'champion', '1');
    check(
      `${name}: back at once`,
      await eventually(() => load.answers.slice(-INSTANCES).every((one) => one.version === '1')),
    );
    await load.stop();
    const failed = load.answers.filter(({ status }) => status !== 200);
    check(`${name}: none of ${load.answers.length} requests failed`, failed.length === 0);
    for (const lambda of instances) await lambda.stop();
  }

  // The secret is rotated: first where it is kept, then in MLflow.
  await secrets.rotate(NEXT_SECRET);
  await mlflow.setAlias('small', 'champion', '2');
  check(
    'after a rotation the secret of before is good',
    await follows('small/aliases/champion', '2'),
  );
  await mlflow.changeWebhook(webhook, { secret: NEXT_SECRET });
  await sleep(1_500); // MLflow remembers its webhooks for a second
  await mlflow.setAlias('small', 'champion', '1');
  check('so is the new one', await follows('small/aliases/champion', '1'));
  await eventually(() => follower.arrivals.at(-1)?.status === 200);

  // Repetitions and forgeries.
  const done = follower.arrivals.at(-1);
  if (done === undefined) throw new Error('no webhook came');
  const { headers, body } = done;
  const again = await follower.send(headers, body);
  check('a repetition is refused', again.status === 409, again.answer);
  const forged = await follower.send(headers, body.replace('"1"', '"2"'));
  check('a forgery is refused', forged.status === 401, forged.answer);
  const guess = signedHeaders({ body, secret: 'guess', nowMs: Date.now() });
  check('so is a wrong secret', (await follower.send(guess, body)).status === 401);
  const old = signedHeaders({ body, secret: NEXT_SECRET, nowMs: Date.now() - 310_000 });
  check('so is a webhook of before', (await follower.send(old, body)).status === 401);

  // MLflow cannot be asked: it repeats the webhook.
  toMlflow.set('refuse');
  const first = follower.arrivals.length;
  await mlflow.setAlias('small', 'champion', '2');
  await eventually(() => (follower.arrivals[first]?.status ?? 0) > 0);
  toMlflow.set('pass');
  const isThere = await follows('small/aliases/champion', '2');
  await eventually(() => follower.arrivals.at(-1)?.status === 200);
  const tries = follower.arrivals.slice(first);
  check(
    'MLflow down: 503, repeated with the same id, then 200',
    isThere && tries.map(({ status }) => status).join() === '503,200' && isOneDelivery(tries),
    JSON.stringify(tries),
  );

  // A version that is not published yet: first that, then the pointer.
  await mlflow.setAlias('small', 'champion', '3');
  check('an unpublished version is published first', await follows('small/aliases/champion', '3'));
  await mlflow.setTag('small', '4', 'mlflow-serverless.publish', 'true');
  const manifest = file('models/small/versions/4/manifest.json');
  check('a tagged version is published', await eventually(() => existsSync(manifest)));

  // Many moves at once, their webhooks in any order.
  const versions = Array.from({ length: 40 }, (_, index) => String((index % 4) + 1));
  const seen = follower.arrivals.length;
  await Promise.all(versions.map((version) => mlflow.setAlias('small', 'champion', version)));
  const isWorkedOff = await eventually(
    () =>
      follower.arrivals.length === seen + versions.length &&
      follower.arrivals.slice(seen).every(({ status }) => status > 0),
  );
  const meant = await mlflow.versionOf('small', 'champion');
  check(
    `${versions.length} moves at once end in what MLflow says`,
    isWorkedOff && pointer('small/aliases/champion').version === meant,
    `${JSON.stringify(pointer('small/aliases/champion'))}, MLflow: ${meant}`,
  );

  // Webhooks that never come, and stages, which have none.
  await mlflow.changeWebhook(webhook, { status: 'DISABLED' });
  await sleep(1_500);
  await mlflow.setAlias('small', 'champion', meant === '1' ? '2' : '1');
  await mlflow.moveToStage('small', '2', 'Production');
  await follower.reconcile();
  const made = pointer('small/aliases/champion').version;
  check('a lost webhook is made up for', made === (meant === '1' ? '2' : '1'), made);
  check('a stage is followed', pointer('small/stages/Production').version === '2');
}

function isOneDelivery(arrivals: readonly Arrival[]): boolean {
  return new Set(arrivals.map(({ headers }) => headers['x-mlflow-delivery-id'])).size === 1;
}
