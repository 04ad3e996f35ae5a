import {
  oneOf,
  parseBytes,
  parseCount,
  parseFlag,
  parseHttpsUrl,
  parseNames,
  parsePort,
  parsePublishOn,
  parseRatio,
  parseScopes,
  parseSeconds,
  parseText,
  parseThreads,
  parseVariableNames,
} from './parse-setting.ts';

/** One environment variable of ours: what it accepts, and what it does. The documentation's table is made of these. */
export interface Variable<T> {
  readonly name: string;
  /** Reads as the end of "expected …". */
  readonly accepts: string;
  /** What holds when it is not set, for people. */
  readonly fallback: string;
  readonly effect: string;
  /** undefined when the text is not accepted. */
  readonly parse: (text: string) => T | undefined;
  /** What was written may be a secret, put here by mistake: no message repeats it. */
  readonly isPrivate?: boolean;
}

const variable = <T>(
  name: string,
  parse: (text: string) => T | undefined,
  rest: { accepts: string; fallback: string; effect: string; isPrivate?: boolean },
): Variable<T> => ({ name, parse, ...rest });

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
const REFRESH_MODES = ['poll', 'push'] as const;
const AUTH_LEVELS = ['anonymous', 'function', 'admin'] as const;
const RUNTIMES = ['auto', 'node', 'python'] as const;
const NETWORKS = ['deny', 'allow'] as const;
const ENVIRONMENT_MANAGERS = ['uv', 'virtualenv', 'local'] as const;
const FORMATS = ['csv', 'jsonl', 'parquet', 'json'] as const;
const BYTES = 'a size above 0, for example 512MiB or 1000000';

/** Every variable that is read here; names are MLflow's where MLflow has one. */
export const VARIABLES = {
  modelUri: variable('MLFLOW_SERVERLESS_MODEL_URI', parseText, {
    accepts: 'a model URI, for example models:/wine@champion',
    fallback: 'none',
    effect: 'the model that a function answers with',
  }),
  host: variable('MLFLOW_HOST', parseText, {
    accepts: 'a host name or an address',
    fallback: '127.0.0.1',
    effect: 'where `serve` listens',
  }),
  port: variable('MLFLOW_PORT', parsePort, {
    accepts: 'a port number, 0 to 65535',
    fallback: '8000',
    effect: 'where `serve` listens; 0 takes a free port',
  }),
  workers: variable('MLFLOW_MODELS_WORKERS', parseCount, {
    accepts: 'a whole number above 0',
    fallback: '1',
    effect: 'processes of `serve`, each with the model open',
  }),
  threads: variable('MLFLOW_SERVERLESS_THREADS', parseThreads, {
    accepts: 'a whole number, or auto for the number of processors',
    fallback: '0; on Azure auto',
    effect:
      'threads of `serve`, of a container and of a function app on Azure, each with the ONNX model open; 0: requests are computed one after the other where they arrive',
  }),
  maxWaiting: variable('MLFLOW_SERVERLESS_QUEUE', parseCount, {
    accepts: 'a whole number above 0',
    fallback: '250 for each thread',
    effect:
      'requests that may wait for a thread; a further one is answered with 503 and Retry-After',
  }),
  timeoutMs: variable('MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT', parseSeconds, {
    accepts: 'seconds above 0, for example 60',
    fallback: '60',
    effect: 'a request that takes longer is answered with 504',
  }),
  maxBodyBytes: variable('MLFLOW_SERVERLESS_MAX_BODY_BYTES', parseBytes, {
    accepts: BYTES,
    fallback: '100MiB',
    effect: 'a larger request body is answered with 413',
  }),
  maxRows: variable('MLFLOW_SERVERLESS_MAX_ROWS', parseCount, {
    accepts: 'a whole number above 0',
    fallback: '1000000',
    effect: 'a request with more rows is answered with 413',
  }),
  maxDepth: variable('MLFLOW_SERVERLESS_MAX_DEPTH', parseCount, {
    accepts: 'a whole number above 0',
    fallback: '500',
    effect: 'JSON nested more deeply is answered with 400',
  }),
  aliasTtlMs: variable('MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS', parseSeconds, {
    accepts: 'seconds above 0, for example 30',
    fallback: '30',
    effect: 'how long an alias, a stage or `latest` is believed before it is looked up again',
  }),
  refresh: variable('MLFLOW_SERVERLESS_REFRESH', oneOf(REFRESH_MODES), {
    accepts: REFRESH_MODES.join(', '),
    fallback: 'poll',
    effect:
      'push: a request waits for a lookup that is due, and for the new model, instead of going on with the old one',
  }),
  pushFloorMs: variable('MLFLOW_SERVERLESS_PUSH_FLOOR_SECONDS', parseSeconds, {
    accepts: 'seconds above 0, for example 0.5',
    fallback: '0.5',
    effect: 'push: how long an alias, a stage or `latest` is believed',
  }),
  corsOrigins: variable('MLFLOW_SERVERLESS_CORS_ORIGINS', parseNames, {
    accepts: 'origins such as https://app.example.com, separated by commas, or *',
    fallback: 'none',
    effect: 'pages of these origins may read the answers',
  }),
  cacheMemoryBytes: variable('MLFLOW_SERVERLESS_CACHE_MEMORY_BYTES', parseBytes, {
    accepts: BYTES,
    fallback: '70 % of the memory',
    effect: 'open models that nobody uses are closed beyond it',
  }),
  cacheDiskBytes: variable('MLFLOW_SERVERLESS_CACHE_DISK_BYTES', parseBytes, {
    accepts: BYTES,
    fallback: '80 % of the free space',
    effect: 'downloaded models that nobody uses are deleted beyond it',
  }),
  cacheDirectory: variable('MLFLOW_SERVERLESS_CACHE_DIR', parseText, {
    accepts: 'a directory that can be written to',
    fallback: 'mlflow-serverless in the directory for temporary files',
    effect: 'where downloaded models are kept',
  }),
  publishTo: variable('MLFLOW_SERVERLESS_PUBLISH_TO', parseText, {
    accepts: 's3://<bucket>/<prefix> or a folder',
    fallback: 'none',
    effect: 'webhooks: the published registry that follows MLflow',
  }),
  publishOn: variable('MLFLOW_SERVERLESS_PUBLISH_ON', parsePublishOn, {
    accepts: 'alias, version, tag, separated by commas',
    fallback: 'alias',
    effect:
      'webhooks: a version is published when an alias (or stage) is set to it, when it is created, or when its tag mlflow-serverless.publish is true',
  }),
  eventAliases: variable('MLFLOW_SERVERLESS_EVENT_ALIASES', parseNames, {
    accepts: 'aliases, separated by commas',
    fallback: 'all',
    effect: 'webhooks: only these aliases are followed',
  }),
  webhookSecret: variable('MLFLOW_SERVERLESS_WEBHOOK_SECRET', parseText, {
    accepts: 'a secret',
    fallback: 'none',
    effect: 'webhooks: what MLflow signs them with; only for tests on one machine',
  }),
  jwtIssuer: variable('MLFLOW_SERVERLESS_JWT_ISSUER', parseHttpsUrl, {
    accepts: 'an https address, exactly as the claim iss says it',
    fallback: 'none',
    effect: 'authorizer: who makes the tokens',
  }),
  jwtAudience: variable('MLFLOW_SERVERLESS_JWT_AUDIENCE', parseNames, {
    accepts: 'audiences, separated by commas',
    fallback: 'none',
    effect: 'authorizer: the claim aud (without it client_id) must be one of them',
  }),
  jwtScopes: variable('MLFLOW_SERVERLESS_JWT_SCOPES', parseScopes, {
    accepts: 'scopes, separated by blanks or commas',
    fallback: 'none',
    effect: 'authorizer: all of them must be in the claim scope (or scp)',
  }),
  jwtJwksUri: variable('MLFLOW_SERVERLESS_JWT_JWKS_URI', parseHttpsUrl, {
    accepts: 'an https address',
    fallback: 'what the issuer says in /.well-known/openid-configuration',
    effect: 'authorizer: where the keys of the issuer are',
  }),
  jwtRoles: variable('MLFLOW_SERVERLESS_JWT_ROLES', parseNames, {
    accepts: 'roles, separated by commas',
    fallback: 'none',
    effect: 'Azure: one of them must be in the claim roles',
  }),
  authLevel: variable('MLFLOW_SERVERLESS_AUTH_LEVEL', oneOf(AUTH_LEVELS), {
    accepts: AUTH_LEVELS.join(', '),
    fallback: 'function, or anonymous when tokens are checked',
    effect: 'Azure: which key of the function app callers must send',
  }),
  httpStreams: variable('MLFLOW_SERVERLESS_HTTP_STREAMS', parseFlag, {
    accepts: 'true, false',
    fallback: 'false',
    effect:
      'Azure: bodies come as a stream from the host, not within its messages; needed for bodies in chunks',
  }),
  runtime: variable('MLFLOW_SERVERLESS_RUNTIME', oneOf(RUNTIMES), {
    accepts: RUNTIMES.join(', '),
    fallback: 'auto',
    effect:
      'what computes the answers; auto: ONNX Runtime for ONNX models, for others Python, if their source is trusted; node: never Python; python: always Python',
  }),
  python: variable('MLFLOW_SERVERLESS_PYTHON', parseText, {
    accepts: 'the path of a Python interpreter',
    fallback: 'none: the environment that the model declares is made when it is needed',
    effect:
      'the Python of an environment that was made for the model before, as in an image; nothing is installed then',
  }),
  pythonTrust: variable('MLFLOW_SERVERLESS_PYTHON_TRUST', parseNames, {
    accepts: 's3://bucket/prefix, https://mlflow.example.com or folders, separated by commas',
    fallback: 'none',
    effect: 'models of these registries and places may run their own Python code',
  }),
  pythonNetwork: variable('MLFLOW_SERVERLESS_PYTHON_NETWORK', oneOf(NETWORKS), {
    accepts: NETWORKS.join(', '),
    fallback: 'deny',
    effect: 'whether the Python code of a model may use the network',
  }),
  pythonEnvironment: variable('MLFLOW_SERVERLESS_PYTHON_ENVIRONMENT', parseVariableNames, {
    accepts: 'names of environment variables, separated by commas, without values',
    fallback: 'none',
    effect:
      'the Python code of a model sees these variables, too, even if their names sound like secrets',
    isPrivate: true,
  }),
  pythonMemoryBytes: variable('MLFLOW_SERVERLESS_PYTHON_MEMORY_BYTES', parseBytes, {
    accepts: BYTES,
    fallback: '80 % of the memory',
    effect: 'a Python process that takes more is ended; the next request starts another',
  }),
  pythonStartTimeoutMs: variable('MLFLOW_SERVERLESS_PYTHON_START_TIMEOUT_SECONDS', parseSeconds, {
    accepts: 'seconds above 0, for example 120',
    fallback: '120',
    effect: 'how long a Python process may take to load its model',
  }),
  environmentManager: variable('MLFLOW_SERVERLESS_ENV_MANAGER', oneOf(ENVIRONMENT_MANAGERS), {
    accepts: ENVIRONMENT_MANAGERS.join(', '),
    fallback: 'uv, fetched where it is missing, else virtualenv',
    effect: 'what makes Python environments; local: the python3 of the PATH is taken as it is',
  }),
  allowPickle: variable('MLFLOW_ALLOW_PICKLE_DESERIALIZATION', parseFlag, {
    accepts: 'true, false',
    fallback: 'true',
    effect: 'false: models that are pickles are refused, wherever they come from',
  }),
  batchInput: variable('MLFLOW_SERVERLESS_BATCH_INPUT', parseText, {
    accepts: 's3://<bucket>/<prefix>',
    fallback: 'none',
    effect: 'batch function: only files below it are scored',
  }),
  batchOutput: variable('MLFLOW_SERVERLESS_BATCH_OUTPUT', parseText, {
    accepts: 's3://<bucket>/<prefix>',
    fallback: 'none',
    effect: 'batch function: where results go',
  }),
  batchFormat: variable('MLFLOW_SERVERLESS_BATCH_FORMAT', oneOf(FORMATS), {
    accepts: FORMATS.join(', '),
    fallback: "the input's",
    effect: 'batch function: format of the results',
  }),
  batchMaxRefusedRatio: variable('MLFLOW_SERVERLESS_BATCH_MAX_REFUSED_RATIO', parseRatio, {
    accepts: 'a number from 0 to 1',
    fallback: '0',
    effect: 'batch function: a file fails when more than this share of its rows is refused',
  }),
  batchDistributeAboveBytes: variable(
    'MLFLOW_SERVERLESS_BATCH_DISTRIBUTE_ABOVE_BYTES',
    parseBytes,
    {
      accepts: BYTES,
      fallback: '256MiB',
      effect: 'batch function: a larger file is scored in parts, by the state machine',
    },
  ),
  batchRangeBytes: variable('MLFLOW_SERVERLESS_BATCH_RANGE_BYTES', parseBytes, {
    accepts: BYTES,
    fallback: '64MiB',
    effect: 'batch function: how much of a file one part has, about',
  }),
  functionApp: variable('MLFLOW_SERVERLESS_FUNCTION_APP', parseText, {
    accepts: 'https://<app>.azurewebsites.net',
    fallback: 'none',
    effect: '`batch`: the function app on Azure that scores containers',
  }),
  functionKey: variable('MLFLOW_SERVERLESS_FUNCTION_KEY', parseText, {
    accepts: 'a key of it',
    fallback: 'none',
    effect: '`batch`: is sent to the function app, and to nobody else',
  }),
  batchMaxParallel: variable('MLFLOW_SERVERLESS_BATCH_MAX_PARALLEL_PARTS', parseCount, {
    accepts: 'a whole number above 0',
    fallback: '100',
    effect: 'batch function of Azure: parts and files of one run at once',
  }),
  batchToleratedFailures: variable('MLFLOW_SERVERLESS_BATCH_TOLERATED_FAILURE_RATIO', parseRatio, {
    accepts: 'a number from 0 to 1',
    fallback: '0',
    effect:
      'batch function of Azure: a run fails when more than this share of its parts and files fails',
  }),
  batchStateMachine: variable('MLFLOW_SERVERLESS_BATCH_STATE_MACHINE', parseText, {
    accepts: 'the ARN of a state machine',
    fallback: 'none: every file is scored in one piece',
    effect: 'batch function: what large files are handed over to',
  }),
  batchQueueUrl: variable('MLFLOW_SERVERLESS_BATCH_QUEUE_URL', parseText, {
    accepts: 'the URL of a queue of SQS',
    fallback: 'none: what failed comes again when its visibility time-out ends',
    effect: 'batch function: where messages come from; one that failed comes again after a minute',
  }),
  batchFailuresUrl: variable('MLFLOW_SERVERLESS_BATCH_FAILURES_URL', parseText, {
    accepts: 'the URL of a queue of SQS',
    fallback: 'none: what cannot succeed is tried as often as everything else',
    effect: 'batch function: where messages go at once whose file cannot be scored as it is',
  }),
  logLevel: variable('MLFLOW_SERVERLESS_LOG_LEVEL', oneOf(LEVELS), {
    accepts: LEVELS.join(', '),
    fallback: 'info; for predict and resolve warn',
    effect: 'how much is logged; requests only at debug, payloads never',
  }),
} as const;

/** Read where they are used, because they are nobody else's business; here for the documentation. */
export const OTHER_VARIABLES: readonly Omit<Variable<string>, 'parse'>[] = [
  {
    name: 'MLFLOW_ENV_ROOT',
    accepts: 'a directory that can be written to',
    fallback: '~/.mlflow/envs',
    effect: 'where Python environments are made, in folders mlflow-serverless-…',
  },
  {
    name: 'MLFLOW_SERVERLESS_ALLOWED_SCHEMES',
    accepts: 'schemes, separated by commas',
    fallback: 'file,s3,wasbs,abfss,http,https,mlflow-artifacts',
    effect: 'model files are read from these kinds of places only',
  },
  {
    name: 'MLFLOW_SERVERLESS_ALLOWED_HOSTS',
    accepts:
      'host, host:port, https://host, s3://bucket or wasbs://container@account.blob.core.windows.net, separated by commas',
    fallback: 'the tracking and registry servers, any bucket, any container',
    effect:
      'model files are read from these places too; from the first bucket (container) on, from no other',
  },
  {
    name: 'MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET',
    accepts:
      'secretsmanager:<ARN or name>[#<JSON key>], ssm:<parameter name> or https://<vault>.vault.azure.net/secrets/<name>[#<JSON key>]',
    fallback: 'none',
    effect: 'webhooks: where the secret is kept that MLflow signs them with',
  },
  {
    name: 'MLFLOW_SERVERLESS_DEBUG',
    accepts: '1',
    fallback: 'off',
    effect: 'the command line prints the stack of an error below its one line',
  },
];
