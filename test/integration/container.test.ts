import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it.each([
  { name: 'no model', environment: {}, says: 'no model is named: set MLFLOW_SERVERLESS_MODEL_URI' },
  {
    name: 'a wrong value',
    environment: { MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine/1', MLFLOW_PORT: 'x' },
    says: 'MLFLOW_PORT is "x": expected a port number, 0 to 65535',
  },
])('a container with $name ends with one line that says so', ({ environment, says }) => {
  const { PATH = '' } = process.env;

  const { status, stderr } = spawnSync('node', ['handlers/container/http.ts'], {
    env: { PATH, ...environment },
    encoding: 'utf8',
  });

  expect(status).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringContaining(JSON.stringify(says).slice(1, -1)),
  ]);
});
