import { expect, it } from 'vitest';
import { containerAddress } from '../../../../src/adapters/node/container.ts';

it.each([
  { name: 'nothing said', variables: {}, host: '0.0.0.0', port: 8080 },
  { name: 'the common variable', variables: { PORT: '9000' }, host: '0.0.0.0', port: 9000 },
  {
    name: 'Azure Functions',
    variables: { PORT: '9000', FUNCTIONS_CUSTOMHANDLER_PORT: '50123' },
    host: '0.0.0.0',
    port: 50123,
  },
  {
    name: 'MLflow’s own variables',
    variables: { MLFLOW_HOST: '127.0.0.1', MLFLOW_PORT: '5001', PORT: '9000' },
    host: '127.0.0.1',
    port: 5001,
  },
])('listens where the platform sends requests: $name', ({ variables, host, port }) => {
  expect(containerAddress(variables)).toEqual({ host, port });
});

it.each(['http', '-1', '65536', '80.5'])('refuses a port that is none: %s', (port) => {
  expect(() => containerAddress({ PORT: port })).toThrow(
    `PORT is "${port}": expected a port number, 0 to 65535`,
  );
});
