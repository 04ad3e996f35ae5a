import { join } from 'node:path';
import type { MlModel } from '../model/mlmodel.ts';
import type { YamlMap } from '../model/parse-mlmodel.ts';
import { readOpsets } from '../predictor/onnx/read-opsets.ts';
import { findOnnxFile } from '../predictor/onnx-file-path.ts';
import { MANIFEST_SCHEMA } from '../registry/manifest.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import type { ExampleStatus } from '../telemetry.ts';
import type { HashedFile } from './hash-files.ts';
import type { PreparedModel, PublishOrigin } from './publish-options.ts';
import { readRequirements } from './requirements.ts';
import { withoutUserInfo } from './without-user-info.ts';

export interface ManifestParts {
  readonly name: string;
  readonly version: string;
  /** Where the files lie below the version's folder. */
  readonly directory: string;
  readonly files: readonly HashedFile[];
  readonly origin: PublishOrigin;
  /** What the origin's URI meant. */
  readonly source: ModelVersion;
  /** The model directory on this machine. */
  readonly folder: string;
  readonly mlmodel: MlModel;
  /** The keys of the MLmodel as they are written. */
  readonly written: YamlMap;
  readonly example: ExampleStatus;
  /** What was decided about it; undefined when nothing was. */
  readonly prepared?: PreparedModel | undefined;
  /** SHA-256 of the list of the files that it was converted from. */
  readonly convertedFrom?: string | undefined;
  /** ms since epoch. */
  readonly publishedAtMs: number;
}

/**
 * The bytes of `manifest.json`.
 *
 * @see docs/published-layout.md
 */
export async function encodeManifest(parts: ManifestParts): Promise<Uint8Array> {
  const { name, version, directory, files, origin, source, folder, mlmodel, written } = parts;
  const onnxFile = findOnnxFile(mlmodel);
  const manifest = {
    schema: MANIFEST_SCHEMA,
    name,
    version,
    directory,
    source: withoutUserInfo(origin.uri),
    source_registry: origin.registry === undefined ? undefined : withoutUserInfo(origin.registry),
    source_version: source.version === '' ? undefined : source.version,
    run_id: source.runId ?? mlmodel.runId ?? null,
    published_at: new Date(parts.publishedAtMs).toISOString(),
    mlflow_version: mlmodel.mlflowVersion,
    tags: source.tags,
    flavors: written['flavors'],
    signature: written['signature'] ?? null,
    opset: onnxFile === undefined ? undefined : readOpsets(join(folder, onnxFile)),
    requirements: await readRequirements(folder),
    runtime: parts.prepared?.runtime,
    serving: parts.prepared?.serving,
    converted_from: parts.convertedFrom,
    verified: { opened: true, example: parts.example },
    files: files.map(({ path, sizeBytes, sha256 }) => ({ path, size: sizeBytes, sha256 })),
  };
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}
