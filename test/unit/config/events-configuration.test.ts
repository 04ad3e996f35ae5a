import { describe, expect, it } from 'vitest';
import { readEventsConfiguration } from '../../../src/config/events-configuration.ts';

const LEAST = {
  MLFLOW_TRACKING_URI: 'https://mlflow.example.com',
  MLFLOW_SERVERLESS_PUBLISH_TO: 's3://bucket/registry',
};

describe('readEventsConfiguration', () => {
  it('follows every alias of every model when no more is said', () => {
    expect(readEventsConfiguration(LEAST)).toEqual({
      serverUrl: 'https://mlflow.example.com',
      publishTo: 's3://bucket/registry',
      publishOn: new Set(['alias']),
      aliases: undefined,
      modelUri: undefined,
      webhookSecret: undefined,
      workspace: undefined,
      functionName: undefined,
      logLevel: undefined,
      environment: { ...LEAST, MLFLOW_REGISTRY_URI: 'https://mlflow.example.com' },
    });
  });

  it('reads what is said', () => {
    const configuration = readEventsConfiguration({
      ...LEAST,
      MLFLOW_REGISTRY_URI: 'https://registry.example.com',
      MLFLOW_SERVERLESS_PUBLISH_ON: 'Tag, version',
      MLFLOW_SERVERLESS_EVENT_ALIASES: 'champion, ,challenger',
      MLFLOW_WORKSPACE: 'team-a',
      AWS_LAMBDA_FUNCTION_NAME: 'events',
    });

    expect(configuration).toMatchObject({
      serverUrl: 'https://registry.example.com',
      publishOn: new Set(['version', 'tag']),
      aliases: new Set(['champion', 'challenger']),
      workspace: 'team-a',
      functionName: 'events',
    });
  });

  it('takes no account of Blob Storage for a server', () => {
    const configuration = readEventsConfiguration({
      MLFLOW_REGISTRY_URI: 'https://account.blob.core.windows.net/models/registry',
      MLFLOW_TRACKING_URI: 'https://mlflow.example.com',
      MLFLOW_SERVERLESS_PUBLISH_TO: 'wasbs://models@account.blob.core.windows.net/registry',
    });

    expect(configuration.serverUrl).toBe('https://mlflow.example.com');
  });

  it('asks the server, and not a published registry that is named beside it', () => {
    const { environment } = readEventsConfiguration({
      ...LEAST,
      MLFLOW_REGISTRY_URI: 's3://bucket/registry',
    });

    expect(environment['MLFLOW_REGISTRY_URI']).toBe('https://mlflow.example.com');
  });

  it.each([
    { name: 'MLFLOW_TRACKING_URI', value: undefined, says: 'must name the MLflow server' },
    { name: 'MLFLOW_TRACKING_URI', value: 'sqlite:///mlflow.db', says: 'must name the MLflow' },
    { name: 'MLFLOW_SERVERLESS_PUBLISH_TO', value: '', says: 'is not set: expected s3://' },
    { name: 'MLFLOW_SERVERLESS_PUBLISH_ON', value: 'stage', says: 'expected alias, version, tag' },
  ])('refuses $name=$value', ({ name, value, says }) => {
    expect(() => readEventsConfiguration({ ...LEAST, [name]: value })).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(says),
      }),
    );
  });
});
