import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { openSources, type Sources } from '../endpoint/open-sources.ts';
import { ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { parseMlModel } from '../model/parse-mlmodel.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import { describeRuntime } from './describe-runtime.ts';
import { describeSignature } from './describe-signature.ts';
import { type EndpointOptions, endpointConfiguration } from './endpoint-options.ts';
import { EXIT, failureLine } from './failure.ts';

export interface ResolveCommandOptions extends EndpointOptions {
  readonly json?: boolean;
}

/** Show what a model URI means now, where its files lie, and what the model says of itself. */
export async function resolve(options: ResolveCommandOptions): Promise<number> {
  const configuration = await endpointConfiguration(options, 'source');
  const { environment, modelUri } = configuration;
  const sources = await openSources(environment);
  const version = await sources.registry.resolve(modelUri);
  const mlmodel = await readMlModel(sources, version);
  const runtime = mlmodel && describeRuntime(configuration, version, mlmodel);
  const facts = factsOf(modelUri, version, mlmodel, runtime);
  process.stdout.write(options.json ? `${JSON.stringify(facts, null, 2)}\n` : table(facts));
  return EXIT.ok;
}

type Facts = Readonly<Record<string, string | number | readonly string[] | undefined>>;

function factsOf(
  uri: string,
  version: ModelVersion,
  mlmodel: MlModel | undefined,
  runtime: string | undefined,
): Facts {
  const { files } = version;
  return {
    uri,
    name: version.name,
    version: version.version || undefined,
    source: version.source,
    digest: version.digest,
    files: files?.length,
    bytes: files?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    flavors: mlmodel && Object.keys(mlmodel.flavors),
    runtime,
    mlflow_version: mlmodel?.mlflowVersion,
    ...describeSignature(mlmodel?.signature),
  };
}

/** The file alone, never the whole model. */
async function readMlModel(
  { store }: Sources,
  version: ModelVersion,
): Promise<MlModel | undefined> {
  const folder = store.inPlace?.(version.source);
  if (folder !== undefined) return parseMlModel(await readInFolder(folder, version.source));
  try {
    return await fetchMlModel(store, version);
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    // Where it lies is known all the same, and was what was asked for.
    process.stderr.write(`mlflow-serverless: its MLmodel cannot be read: ${failureLine(error)}\n`);
    return undefined;
  }
}

async function fetchMlModel(store: ArtifactStore, version: ModelVersion): Promise<MlModel> {
  const listed = version.files?.find(({ path }) => path === 'MLmodel');
  const parent = await mkdtemp(join(tmpdir(), 'mlflow-serverless-resolve-'));
  try {
    const directory = join(parent, 'model');
    await store.download(version.source, directory, { files: [listed ?? { path: 'MLmodel' }] });
    return await parseMlModel(await readFile(join(directory, 'MLmodel'), 'utf8'));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

/**
 * The text of the MLmodel in a folder of this machine.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST without the folder or the file
 */
async function readInFolder(folder: string, source: string): Promise<string> {
  try {
    return await readFile(join(folder, 'MLmodel'), 'utf8');
  } catch (cause) {
    const isFolder = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const message = isFolder
      ? `there is no readable MLmodel file in ${source}; point the URI at the folder that holds it`
      : `there is no folder at ${source}`;
    throw new ServingError('RESOURCE_DOES_NOT_EXIST', message, { cause });
  }
}

function table(facts: Facts): string {
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) => `${name.padEnd(16)}${Array.isArray(value) ? value.join(', ') : value}\n`,
    )
    .join('');
}
