import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type LoggedModel, logModels } from './logged-models.ts';
import { startMlflowServer } from './mlflow-server.ts';
import { type ServerProcess, startServer } from './processes.ts';

export interface RegistriesOptions {
  /** Folder of the Python environment's programs. */
  python: string;
  /** A scratch folder. */
  work: string;
  /** Our command line. */
  cli: string;
  /** A server with SQLite and the artifact proxy that holds `models`. */
  tracking: ServerProcess;
  models: LoggedModel[];
}

/** The model that is looked up everywhere. */
export const REGISTRY_MODEL = 'wine_logistic';
const NAME = REGISTRY_MODEL;
const WINE = 'examples/registry/models/wine/versions/1/model';

/** A request file and what `mlflow models predict` prints for it. */
interface Expected {
  example: string;
  answer: string;
}

type Check = (
  label: string,
  uri: string,
  environment: Record<string, string>,
  expected?: Expected,
) => void;

type CheckAll = (
  label: string,
  logged: readonly LoggedModel[],
  environment: Record<string, string>,
) => void;

/** Resolve the same models through every kind of registry and predict; what failed. */
export async function checkRegistries(options: RegistriesOptions): Promise<string[]> {
  const { python, work, cli, tracking, models } = options;
  const model = models.find(({ name }) => name === NAME) as LoggedModel;
  const example = join(model.folder, 'serving_input_example.json');
  const logged = { example, answer: mlflowPredict(python, model.folder, example) };
  const failures: string[] = [];
  const check: Check = (label, uri, environment, expected = logged) => {
    const { stdout, stderr } = run(
      cli,
      ['predict', '-m', uri, '-i', expected.example],
      environment,
    );
    const isSame = (stdout || stderr).trim() === expected.answer.trim();
    if (!isSame) failures.push(`${label} ${uri}: ${stderr || stdout}`);
    console.log(
      `${isSame ? 'ok  ' : 'FAIL'} ${label.padEnd(24)} ${uri}${isSame ? '' : `\n     ${stderr || stdout}`}`,
    );
  };
  const refuse = (label: string, uri: string, environment: Record<string, string>): void => {
    const { status, stderr } = run(cli, ['predict', '-m', uri, '-i', example], environment);
    const isClear = status === 1 && /^[^\n]+\n?$/.test(stderr) && !/\n\s+at /.test(stderr);
    if (!isClear) failures.push(`${label}: ${stderr}`);
    console.log(`${isClear ? 'ok  ' : 'FAIL'} ${label.padEnd(24)} ${stderr.trim()}`);
  };
  const answers = new Map(models.map((logged) => [logged.name, expectedOf(cli, logged.folder)]));
  /** Every kind of URI of one model, and the alias of each of the others. */
  const checkAll: CheckAll = (label, logged, environment) => {
    for (const entry of logged) {
      if (entry.name === NAME) {
        for (const uri of uris(entry)) check(label, uri, environment);
      } else {
        check(label, `models:/${entry.name}@champion`, environment, answers.get(entry.name));
      }
    }
  };
  const uris = (logged: LoggedModel): string[] => [
    `models:/${NAME}/1`,
    `models:/${NAME}/latest`,
    `models:/${NAME}/production`,
    `models:/${NAME}@champion`,
    `models:/${logged.model_id}`,
    `runs:/${logged.run_id}/model`,
  ];

  checkAll('tracking server', models, { MLFLOW_TRACKING_URI: tracking.url });
  refuse('missing alias', `models:/${NAME}@nobody`, { MLFLOW_TRACKING_URI: tracking.url });
  refuse('missing model', 'models:/nothing/1', { MLFLOW_TRACKING_URI: tracking.url });
  refuse('unreachable', `models:/${NAME}/1`, {
    MLFLOW_TRACKING_URI: 'http://127.0.0.1:9',
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1',
  });

  const database = {
    MLFLOW_TRACKING_URI: `sqlite:///${join(work, 'server', 'mlflow.db')}`,
    MLFLOW_ARTIFACTS_DESTINATION: join(work, 'server', 'artifacts'),
  };
  checkAll('mlflow.db', models, database);

  const guarded = await startGuardedServer(python, work);
  const credentials = {
    MLFLOW_TRACKING_USERNAME: 'admin',
    MLFLOW_TRACKING_PASSWORD: 'interop-password',
  };
  checkAll('basic auth', models, { MLFLOW_TRACKING_URI: guarded.url, ...credentials });
  refuse('wrong password', `models:/${NAME}/1`, {
    MLFLOW_TRACKING_URI: guarded.url,
    ...credentials,
    MLFLOW_TRACKING_PASSWORD: 'wrong',
  });
  await guarded.stop();

  const runs = join(work, 'mlruns');
  const allow = { MLFLOW_ALLOW_FILE_STORE: 'true', SAVE_COPIES: '0' };
  const names = models.map(({ name }) => name);
  const filed = logModels(python, runs, join(work, 'unused'), names, allow);
  checkAll('file store', filed, { MLFLOW_TRACKING_URI: runs });

  await checkS3(options, check, checkAll);
  return failures;
}

async function checkS3(
  { python, work, models }: RegistriesOptions,
  check: Check,
  checkAll: CheckAll,
): Promise<void> {
  const s3 = await startServer({
    command: [join(python, 'moto_server'), '-H', '127.0.0.1', '-p', '{port}'],
    healthPath: '/',
  });
  const access = {
    MLFLOW_S3_ENDPOINT_URL: s3.url,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  const upload = ['test/interop/upload.py', s3.url, 'models', 'registry', 'examples/registry'];
  execFileSync(join(python, 'python'), upload, { env: { ...process.env, ...access } });
  const server = await startMlflowServer({
    python,
    directory: join(work, 's3-server'),
    options: ['--no-serve-artifacts', '--default-artifact-root', 's3://models/root'],
    environment: access,
  });
  const names = models.map(({ name }) => name);
  const settings = { ...access, SAVE_COPIES: '0' };
  const logged = logModels(python, server.url, join(work, 'unused'), names, settings);
  checkAll('artifacts in S3', logged, { ...access, MLFLOW_TRACKING_URI: server.url });
  const published = { ...access, MLFLOW_REGISTRY_URI: 's3://models/registry' };
  const folder = { MLFLOW_REGISTRY_URI: 'examples/registry' };
  const example = join(WINE, 'serving_input_example.json');
  const wine = { example, answer: mlflowPredict(python, WINE, example) };
  for (const uri of ['models:/wine@baseline', 'models:/wine/1', 'models:/wine/Archived']) {
    check('published layout', uri, folder, wine);
    check('published layout in S3', uri, published, wine);
  }
  await Promise.all([server.stop(), s3.stop()]);
}

/** The same database behind MLflow's own basic authentication. */
export function startGuardedServer(
  python: string,
  work: string,
  name = 'guarded',
): Promise<ServerProcess> {
  return startMlflowServer({
    python,
    directory: join(work, 'server'),
    cwd: join(work, name),
    options: ['--app-name', 'basic-auth'],
    environment: {
      MLFLOW_FLASK_SERVER_SECRET_KEY: 'interop',
      MLFLOW_AUTH_ADMIN_PASSWORD: 'interop-password',
    },
  });
}

/** What our command line prints for a folder that was compared with MLflow's server, an error included. */
function expectedOf(cli: string, folder: string): Expected {
  const example = join(folder, 'serving_input_example.json');
  const { stdout, stderr } = run(cli, ['predict', '-m', folder, '-i', example], {});
  return { example, answer: stdout || stderr };
}

/** What `mlflow models predict` prints. */
const mlflowPredict = (python: string, folder: string, example: string): string =>
  execFileSync(
    join(python, 'mlflow'),
    ['models', 'predict', '-m', folder, '-i', example, '-t', 'json', '--env-manager', 'local'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, PATH: `${python}:${process.env['PATH']}` },
    },
  );

/** Our command line in an environment without any MLflow variable but the given ones. */
function run(cli: string, args: string[], environment: Record<string, string>) {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MLFLOW|AWS)_/.test(name)),
  );
  return spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    env: { ...clean, ...environment },
  });
}
