import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyOrtFiles } from './ort-files.ts';
import { bundleServer } from './server-bundle.ts';
import { zipDirectory } from './zip-directory.ts';

/** What the host of the function app reads. @see https://learn.microsoft.com/en-us/azure/azure-functions/functions-host-json */
const HOST = {
  version: '2.0',
  telemetryMode: 'OpenTelemetry',
  extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.*, 5.0.0)' },
  functionTimeout: '00:30:00',
  extensions: {
    // Routes are MLflow's own: /invocations, not /api/invocations. What the host holds back does not take the worker's memory; beyond that
    // it answers 429.
    http: { routePrefix: '', maxConcurrentRequests: 100, maxOutstandingRequests: 1_000 },
    // One file takes the memory that it is given; a message that failed comes back when a killed run's claim has ended.
    queues: {
      batchSize: 1,
      newBatchThreshold: 0,
      maxDequeueCount: 10,
      visibilityTimeout: '00:01:10',
    },
  },
};

/** Which file the worker loads. */
const PACKAGE = { name: 'mlflow-serverless-functions', main: 'functions.cjs', type: 'commonjs' };

/**
 * Build the function app: a folder and a zip of it, for Linux on x86-64, which is what Flex Consumption has.
 *
 * One CommonJS bundle, which is what the worker loads by `require`; the threads' code lies beside it.
 */
export async function buildAzure(dist: string): Promise<string[]> {
  const directory = join(dist, 'azure');
  mkdirSync(directory, { recursive: true });
  const entries = {
    functions: 'handlers/azure/functions.ts',
    'model-thread': 'src/endpoint/model-thread.ts',
  };
  const bundles = await Promise.all(
    Object.entries(entries).map(([name, entry]) =>
      // The worker supplies it.
      bundleServer(entry, join(directory, `${name}.cjs`), ['@azure/functions-core']),
    ),
  );
  writeFileSync(join(directory, 'host.json'), `${JSON.stringify(HOST, null, 2)}\n`);
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(PACKAGE, null, 2)}\n`);
  copyOrtFiles(directory, 'x64');
  const zip = join(dist, 'azure-x64.zip');
  await zipDirectory(directory, zip);
  return [...bundles, zip];
}
