import { createHash } from 'node:crypto';
import type { LoadedModel } from '../serving/loaded-model.ts';
import type { BatchManifest } from './batch-manifest.ts';

/**
 * Which model scored a file: a published version's own digest; of any other version, one of where it lies and of the ids
 * that MLflow gave it when it was saved.
 */
export function identifyModel({ version, mlmodel }: LoadedModel): BatchManifest['model'] {
  const { modelUuid, modelId, runId } = mlmodel;
  const ids = JSON.stringify([version.source, version.version, modelUuid, modelId, runId]);
  const digest = version.digest ?? createHash('sha256').update(ids).digest('hex');
  return { name: version.name, version: version.version, digest };
}
