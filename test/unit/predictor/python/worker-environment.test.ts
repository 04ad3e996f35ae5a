import { describe, expect, it } from 'vitest';
import { workerEnvironment } from '../../../../src/predictor/python/worker-environment.ts';

const kept = (name: string, passed: string[] = []): boolean =>
  workerEnvironment({ [name]: 'v' }, passed)[name] === 'v';

describe('workerEnvironment', () => {
  it.each([
    'PATH',
    'HOME',
    'LC_ALL',
    'TMPDIR',
    'OMP_NUM_THREADS',
    'CUDA_VISIBLE_DEVICES',
    'MLFLOW_ALLOW_PICKLE_DESERIALIZATION',
    'SERVING_MODEL_CONFIG',
    'TOKENIZERS_PARALLELISM',
    'HF_HOME',
    'PYTHONPATH',
  ])('passes %s', (name) => {
    expect(kept(name)).toBe(true);
  });

  it.each([
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'MLFLOW_TRACKING_USERNAME',
    'MLFLOW_TRACKING_PASSWORD',
    'MLFLOW_TRACKING_TOKEN',
    'MLFLOW_TRACKING_URI',
    'MLFLOW_SERVERLESS_WEBHOOK_SECRET',
    'MLFLOW_SERVERLESS_MODEL_URI',
    'HF_TOKEN',
    'OPENAI_API_KEY',
    'DATABASE_URL',
    'ANYTHING_ELSE',
  ])('keeps %s back', (name) => {
    expect(kept(name)).toBe(false);
  });

  it('passes what is named, whatever it is', () => {
    expect(kept('OPENAI_API_KEY', ['OPENAI_API_KEY'])).toBe(true);
  });
});
