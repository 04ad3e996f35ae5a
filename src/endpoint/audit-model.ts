import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Audit, auditDirectory } from '../audit/audit-directory.ts';
import type { Environment } from '../config/environment.ts';
import { readConverters } from '../convert/converters.ts';
import { ServingError } from '../errors.ts';
import type { ModelRegistry, ModelVersion } from '../registry/model-registry.ts';
import { parseModelUri } from '../registry/model-uri.ts';
import { openSources } from './open-sources.ts';

export interface AuditModelOptions {
  readonly modelUri: string;
  /** Names the registry and the stores. */
  readonly environment: Environment;
  readonly signal?: AbortSignal;
}

const STAGES = ['Staging', 'Production', 'Archived'];

/**
 * Fetch a model, unless it lies on this machine, and look at it. Nothing of it is opened or run.
 *
 * @throws {ServingError} as `ModelRegistry.resolve`, `ArtifactStore.download` and `auditDirectory`
 */
export async function auditModel({
  modelUri,
  environment,
  signal,
}: AuditModelOptions): Promise<Audit> {
  const call = signal ? { signal } : {};
  const { registry, store } = await openSources(environment);
  const version = await registry.resolve(modelUri, call);
  const context = {
    modelUri,
    version,
    stages: await stagesOf(registry, modelUri, version, call),
    converters: await converters(),
    nowMs: Date.now(),
    arePicklesAllowed: !/^(?:false|0)$/i.test(
      environment['MLFLOW_ALLOW_PICKLE_DESERIALIZATION']?.trim() ?? '',
    ),
  };
  const local = store.inPlace?.(version.source);
  if (local !== undefined) return auditDirectory(local, context);
  const parent = await mkdtemp(join(tmpdir(), 'mlflow-serverless-audit-'));
  try {
    const directory = join(parent, 'model');
    const { files } = version;
    await store.download(version.source, directory, { ...call, ...(files && { files }) });
    return await auditDirectory(directory, context);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

/** Which stages mean this version: asked one by one, as no registry says it of a version in the same way. */
async function stagesOf(
  registry: ModelRegistry,
  modelUri: string,
  { version }: ModelVersion,
  call: { readonly signal?: AbortSignal },
): Promise<readonly string[]> {
  const uri = parseModelUri(modelUri);
  if (!('name' in uri) || uri.kind === 'files') return [];
  const found = await Promise.all(
    STAGES.map(async (stage) => {
      try {
        return (await registry.resolve(`models:/${uri.name}/${stage}`, call)).version === version;
      } catch (error) {
        if (error instanceof ServingError) return false; // nothing is in that stage
        throw error;
      }
    }),
  );
  return STAGES.filter((_, i) => found[i]);
}

/** A build without the folder `python` has none. */
async function converters(): Promise<readonly string[]> {
  try {
    return Object.keys(await readConverters());
  } catch (error) {
    if (error instanceof ServingError) return [];
    throw error;
  }
}
