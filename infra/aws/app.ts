import { App } from 'aws-cdk-lib';
import { readEndpointFile } from '../../src/config/read-endpoint-file.ts';
import { ServingError } from '../../src/errors.ts';
import { EndpointStack } from './endpoint-stack.ts';

/** What `npx cdk deploy` runs: one endpoint file becomes one stack. Another file: `-c endpoint=<path>`. */
const app = new App();
const path: unknown = app.node.tryGetContext('endpoint') ?? 'endpoint.yaml';

try {
  const file = readEndpointFile(String(path));
  new EndpointStack(app, file.name, { file });
} catch (error) {
  if (!(error instanceof ServingError)) throw error;
  // The file is wrong, not the program: its faults are all that matters.
  console.error(error.message);
  process.exit(1);
}
