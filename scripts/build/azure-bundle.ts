import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { AZURE_SDK_OPTIONS } from './azure-sdk-options.ts';
import { FUNCTION_OPTIONS } from './function-options.ts';
import { lazyBuiltinsPlugin } from './lazy-builtins-plugin.ts';
import { ortBindingPlugin } from './ort-binding-plugin.ts';
import { zipDirectory } from './zip-directory.ts';

/** Both must lie in one folder: the binding finds the library beside itself. */
const ORT_FILES = ['onnxruntime_binding.node', 'libonnxruntime.so.1'];

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
    Object.entries(entries).map(([name, entry]) => bundle(entry, join(directory, `${name}.cjs`))),
  );
  writeFileSync(join(directory, 'host.json'), `${JSON.stringify(HOST, null, 2)}\n`);
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(PACKAGE, null, 2)}\n`);
  const ort = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const binaries = join(ort, 'bin', 'napi-v6', 'linux', 'x64');
  for (const file of ORT_FILES) cpSync(join(binaries, file), join(directory, file));
  const zip = join(dist, 'azure-x64.zip');
  await zipDirectory(directory, zip);
  return [...bundles, zip];
}

async function bundle(entry: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    ...FUNCTION_OPTIONS,
    ...AZURE_SDK_OPTIONS,
    // The worker supplies the first. Reading from S3 takes no SDK; writing there is not what an app on Azure is for.
    external: ['@azure/functions-core', '@aws-sdk/*'],
    supported: { 'dynamic-import': false },
    plugins: [ortBindingPlugin('beside'), lazyBuiltinsPlugin(['node:crypto', 'node:zlib'])],
  });
  return outfile;
}
