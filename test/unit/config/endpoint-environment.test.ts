import { describe, expect, it } from 'vitest';
import { pythonEnvironment, sourceEnvironment } from '../../../src/config/endpoint-environment.ts';
import { parseEndpointFile } from '../../../src/config/read-endpoint-file.ts';

const read = (text: string) =>
  parseEndpointFile(`name: wine\nmodel: models:/wine@champion\nauth: none\n${text}`, 'file');

describe('sourceEnvironment', () => {
  it('puts the endpoint’s own places where python.trust says store and registry', () => {
    const file = read(`
store: { bucket: my-models, prefix: registry }
registry: { uri: https://mlflow.example.com }
runtime: python
python: { trust: [store, registry, ./folder], network: allow, memoryMiB: 1024, startTimeoutSeconds: 30 }
`);

    expect(sourceEnvironment(file)).toMatchObject({
      MLFLOW_SERVERLESS_RUNTIME: 'python',
      MLFLOW_SERVERLESS_PYTHON_TRUST: 's3://my-models/registry,https://mlflow.example.com,./folder',
      MLFLOW_SERVERLESS_PYTHON_NETWORK: 'allow',
      MLFLOW_SERVERLESS_PYTHON_MEMORY_BYTES: '1024MiB',
      MLFLOW_SERVERLESS_PYTHON_START_TIMEOUT_SECONDS: '30',
    });
  });
});

describe('pythonEnvironment', () => {
  it('sets the variables of python.environment, and lets the model see them', () => {
    const file = read('python: { environment: { MODEL_THRESHOLD: "0.5", REGION: "" } }\n');

    expect(pythonEnvironment(file)).toMatchObject({
      MLFLOW_SERVERLESS_PYTHON_ENVIRONMENT: 'MODEL_THRESHOLD,REGION',
      MODEL_THRESHOLD: '0.5',
      REGION: '',
    });
    expect(pythonEnvironment(read(''))).not.toHaveProperty('MLFLOW_SERVERLESS_PYTHON_ENVIRONMENT');
  });

  it('trusts nothing for the store when nobody knows where it is', () => {
    const file = read('python: { trust: [store] }\n');

    expect(pythonEnvironment(file)).not.toHaveProperty('MLFLOW_SERVERLESS_PYTHON_TRUST');
    expect(pythonEnvironment(file, 's3://made-by-the-stack/registry')).toHaveProperty(
      'MLFLOW_SERVERLESS_PYTHON_TRUST',
      's3://made-by-the-stack/registry',
    );
  });
});
