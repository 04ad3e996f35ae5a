import { type CliOutcome, runCli } from '../../helpers/run-cli.ts';
import type { QueueServer, Queues } from './queues.ts';

/** `mlflow-serverless batch redrive` on these queues. */
export const redrive = (
  server: QueueServer,
  { url, failuresUrl }: Queues,
  ...args: string[]
): Promise<CliOutcome> =>
  runCli(['batch', 'redrive', '--failures-url', failuresUrl, '--queue-url', url, ...args], {
    environment: awsEnvironment(server),
  });

export const awsEnvironment = ({ url }: QueueServer): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
});
