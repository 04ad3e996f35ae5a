import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../../src/config/environment.ts';
import { VARIABLES } from '../../../src/config/variables.ts';

const DEFAULTS = {
  modelUri: undefined,
  host: '127.0.0.1',
  port: 8000,
  workers: 1,
  timeoutMs: 60_000,
  limits: { maxBodyBytes: 104_857_600, maxRows: 1_000_000, maxDepth: 500 },
  aliasTtlMs: 30_000,
  pushFloorMs: undefined,
  corsOrigins: [],
  cacheMemoryBytes: undefined,
  cacheDiskBytes: undefined,
  cacheDirectory: undefined,
  runtime: 'auto',
  python: {
    executable: undefined,
    trust: [],
    isNetworkAllowed: false,
    passedVariables: [],
    memoryBytes: undefined,
    startTimeoutMs: 120_000,
    environmentManager: undefined,
    arePicklesAllowed: true,
  },
  logLevel: undefined,
};

describe('readConfiguration', () => {
  it('has a default for everything that is not set', () => {
    expect(readConfiguration({})).toEqual({ ...DEFAULTS, environment: {} });
  });

  it('takes an empty variable for one that is not set', () => {
    const environment = Object.fromEntries(Object.values(VARIABLES).map(({ name }) => [name, ' ']));

    expect(readConfiguration(environment)).toEqual({ ...DEFAULTS, environment });
  });

  it('reads every variable into its unit', () => {
    const environment = {
      MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
      MLFLOW_HOST: '::1',
      MLFLOW_PORT: '0',
      MLFLOW_MODELS_WORKERS: '4',
      MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT: '1.5',
      MLFLOW_SERVERLESS_MAX_BODY_BYTES: '6 MB',
      MLFLOW_SERVERLESS_MAX_ROWS: '10',
      MLFLOW_SERVERLESS_MAX_DEPTH: '20',
      MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS: '0.1',
      MLFLOW_SERVERLESS_REFRESH: 'Push',
      MLFLOW_SERVERLESS_PUSH_FLOOR_SECONDS: '0.7',
      MLFLOW_SERVERLESS_CORS_ORIGINS: 'https://a.example, https://b.example',
      MLFLOW_SERVERLESS_CACHE_MEMORY_BYTES: '1GiB',
      MLFLOW_SERVERLESS_CACHE_DISK_BYTES: '512mib',
      MLFLOW_SERVERLESS_CACHE_DIR: '/tmp/models',
      MLFLOW_SERVERLESS_RUNTIME: 'Python',
      MLFLOW_SERVERLESS_PYTHON: '/opt/env/bin/python',
      MLFLOW_SERVERLESS_PYTHON_TRUST: 's3://models/registry, ./registry',
      MLFLOW_SERVERLESS_PYTHON_NETWORK: 'allow',
      MLFLOW_SERVERLESS_PYTHON_ENVIRONMENT: 'MODEL_THRESHOLD, OPENAI_API_KEY',
      MLFLOW_SERVERLESS_PYTHON_MEMORY_BYTES: '2GiB',
      MLFLOW_SERVERLESS_PYTHON_START_TIMEOUT_SECONDS: '30',
      MLFLOW_SERVERLESS_ENV_MANAGER: 'local',
      MLFLOW_ALLOW_PICKLE_DESERIALIZATION: 'False',
      MLFLOW_SERVERLESS_LOG_LEVEL: 'WARN',
    };

    expect(readConfiguration(environment)).toEqual({
      modelUri: 'models:/wine@champion',
      host: '::1',
      port: 0,
      workers: 4,
      timeoutMs: 1500,
      limits: { maxBodyBytes: 6_000_000, maxRows: 10, maxDepth: 20 },
      aliasTtlMs: 100,
      pushFloorMs: 700,
      corsOrigins: ['https://a.example', 'https://b.example'],
      cacheMemoryBytes: 1_073_741_824,
      cacheDiskBytes: 536_870_912,
      cacheDirectory: '/tmp/models',
      runtime: 'python',
      python: {
        executable: '/opt/env/bin/python',
        trust: ['s3://models/registry', './registry'],
        isNetworkAllowed: true,
        passedVariables: ['MODEL_THRESHOLD', 'OPENAI_API_KEY'],
        memoryBytes: 2_147_483_648,
        startTimeoutMs: 30_000,
        environmentManager: 'local',
        arePicklesAllowed: false,
      },
      logLevel: 'warn',
      environment,
    });
  });

  it.each([
    { environment: {}, expected: undefined },
    { environment: { MLFLOW_SERVERLESS_REFRESH: 'poll' }, expected: undefined },
    { environment: { MLFLOW_SERVERLESS_PUSH_FLOOR_SECONDS: '2' }, expected: undefined },
    { environment: { MLFLOW_SERVERLESS_REFRESH: 'push' }, expected: 500 },
  ])('has a floor of $expected ms for $environment', ({ environment, expected }) => {
    expect(readConfiguration(environment).pushFloorMs).toBe(expected);
  });

  it.each([
    { name: 'MLFLOW_SERVERLESS_REFRESH', value: 'pull', expected: 'poll, push' },
    { name: 'MLFLOW_SERVERLESS_RUNTIME', value: 'onnx', expected: 'auto, node, python' },
    { name: 'MLFLOW_SERVERLESS_PYTHON_NETWORK', value: 'yes', expected: 'deny, allow' },
    { name: 'MLFLOW_SERVERLESS_ENV_MANAGER', value: 'conda', expected: 'uv, virtualenv, local' },
    { name: 'MLFLOW_ALLOW_PICKLE_DESERIALIZATION', value: 'no', expected: 'true, false' },
    { name: 'MLFLOW_PORT', value: '65536', expected: 'a port number, 0 to 65535' },
    { name: 'MLFLOW_PORT', value: '80x', expected: 'a port number, 0 to 65535' },
    { name: 'MLFLOW_MODELS_WORKERS', value: '0', expected: 'a whole number above 0' },
    { name: 'MLFLOW_SERVERLESS_MAX_ROWS', value: '-1', expected: 'a whole number above 0' },
    { name: 'MLFLOW_SERVERLESS_MAX_DEPTH', value: '1e3', expected: 'a whole number above 0' },
    {
      name: 'MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT',
      value: '0',
      expected: 'seconds above 0, for example 60',
    },
    {
      name: 'MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS',
      value: '99999999',
      expected: 'seconds above 0, for example 30',
    },
    {
      name: 'MLFLOW_SERVERLESS_MAX_BODY_BYTES',
      value: '6 PB',
      expected: 'a size above 0, for example 512MiB or 1000000',
    },
    {
      name: 'MLFLOW_SERVERLESS_LOG_LEVEL',
      value: 'loud',
      expected: 'debug, info, warn, error, silent',
    },
  ])('refuses $name=$value and says what it accepts', ({ name, value, expected }) => {
    expect(() => readConfiguration({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: `${name} is "${value}": expected ${expected}`,
      }),
    );
  });

  it('does not repeat what may be a secret', () => {
    const environment = { MLFLOW_SERVERLESS_PYTHON_ENVIRONMENT: 'OPENAI_API_KEY=sk-1' };

    expect(() => readConfiguration(environment)).toThrow(
      expect.objectContaining({
        message:
          'MLFLOW_SERVERLESS_PYTHON_ENVIRONMENT: expected names of environment variables, separated by commas, without values',
      }),
    );
  });
});
