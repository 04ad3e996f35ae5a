import { parseMlModel, readMlModelMap } from '../model/parse-mlmodel.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { ArtifactFile } from '../registry/model-registry.ts';
import { manifestKey } from '../registry/published-layout.ts';
import { readMlModelText } from '../serving/model-files.ts';
import { checkPublishedName } from './check-published-name.ts';
import { isBeingRemoved } from './claim-removal.ts';
import { contentDigest, contentDirectory } from './content-directory.ts';
import { describeDifference } from './describe-difference.ts';
import { encodeManifest } from './encode-manifest.ts';
import { findPublished } from './find-published.ts';
import { type HashedFile, hashFiles, totalBytes } from './hash-files.ts';
import type { WriteCondition } from './object-store.ts';
import type {
  PreparedModel,
  PublishedVersion,
  PublishOptions,
  PublishOutcome,
} from './publish-options.ts';
import {
  alreadyThere,
  beingRemoved,
  cannotAnswer,
  cannotRepair,
  type RefusedVersion,
  removedMeanwhile,
} from './publish-refusals.ts';
import { filesFolder, findMissingFiles } from './stored-files.ts';
import { uploadFiles } from './upload-files.ts';
import { inWorkspace, isDiskFull, noRoom } from './workspace.ts';

/**
 * Copy a version into a published registry, and make it visible once it is complete and has been opened.
 *
 * Files go into a directory that is named by what is in them, the manifest is written last and only if there is
 * none: a publisher that is killed, or is beaten by another, leaves nothing that a reader sees, and the next one succeeds.
 *
 * @throws {ServingError} RESOURCE_ALREADY_EXISTS when the version is published with other files,
 *   INVALID_PARAMETER_VALUE for a name or version that cannot be published, or when the model cannot answer its own example,
 *   NOT_IMPLEMENTED for a model that cannot be served; as `ArtifactStore` for the source, as `ObjectStore` for the
 *   target; the signal's reason
 * @see docs/published-layout.md
 */
export async function publishVersion(options: PublishOptions): Promise<PublishedVersion> {
  const { target, signal } = options;
  const { name, version } = checkPublishedName(options);
  return inWorkspace(async (folder) => {
    // Before anything is fetched: a target that cannot be reached is known at once.
    const published = await findPublished(target, name, version, signal ? { signal } : {});
    await fetchSource(options, folder);
    const files = await hashFiles(folder, signal);
    const publishing = { options, name, version, folder, files };
    const { manifest } = published;
    return manifest ? keepVersion(publishing, manifest) : writeVersion(publishing, published);
  }, signal);
}

async function fetchSource(
  { source, store, signal, onProgress }: PublishOptions,
  folder: string,
): Promise<void> {
  try {
    await store.download(source.source, folder, {
      ...(source.files && { files: source.files }),
      ...(signal && { signal }),
      onProgress: (progress) => onProgress?.({ phase: 'download', ...progress }),
    });
  } catch (error) {
    throw isDiskFull(error) ? noRoom(error) : error;
  }
}

interface Publishing {
  readonly options: PublishOptions;
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  readonly files: readonly HashedFile[];
}

/** What is published of the model may be more than its source: a converted model holds both. */
interface Prepared extends Publishing {
  readonly prepared: PreparedModel | undefined;
  /** Of the source's files, when the model was converted. */
  readonly convertedFrom: string | undefined;
}

async function prepare(publishing: Publishing): Promise<Prepared> {
  const { options, name, version, folder, files } = publishing;
  const sha256 = contentDigest(files);
  const prepared = await options.prepare?.({
    directory: folder,
    version: { ...options.source, name, version },
    mlmodel: await parseMlModel(await readMlModelText(folder)),
    sha256,
    work: `${folder}-work`,
  });
  if (prepared === undefined || prepared.directory === folder) {
    return { ...publishing, prepared, convertedFrom: undefined };
  }
  const { directory } = prepared;
  const made = await hashFiles(directory, options.signal);
  return { ...publishing, folder: directory, files: made, prepared, convertedFrom: sha256 };
}

async function writeVersion(
  asked: Publishing,
  { condition }: { readonly condition: WriteCondition },
): Promise<PublishedVersion> {
  const { options, name, version } = asked;
  const { target, source, origin, signal, now = Date.now } = options;
  const call = signal ? { signal } : {};
  // Asked after the manifest was found missing: a prune claims a version before it takes the manifest away.
  await checkNotRemoved(asked);
  const publishing = await prepare(asked);
  const { folder, files, prepared, convertedFrom } = publishing;
  const { mlmodel, written, verification } = await verifyModel(publishing);
  const directory = contentDirectory(files);
  const prefix = filesFolder(name, version, directory);
  await upload(publishing, prefix, files);
  // A prune may have cleared this folder when nothing new was in it yet: it is over now, or has its claim.
  await checkNotRemoved(publishing);
  const gone = await findMissingFiles(target, prefix, files, signal);
  if (gone.length > 0) await upload(publishing, prefix, gone);
  const { example } = verification;
  const publishedAtMs = now();
  const bytes = await encodeManifest({
    ...{ name, version, directory, files, origin, source, folder, mlmodel, written, example },
    ...{ prepared, convertedFrom, publishedAtMs },
  });
  signal?.throwIfAborted();
  const key = manifestKey(name, version);
  const outcome = await target.write(key, bytes, condition, call);
  const winner = outcome === 'written' ? undefined : await target.read(key, call);
  // An answer that was lost makes our own write look like another's.
  if (outcome === 'written' || (winner && Buffer.from(bytes).equals(winner.bytes))) {
    const { runtime, note } = prepared ?? {};
    return {
      ...report(publishing, 'published', prefix),
      ...verification,
      ...(runtime && { runtime }),
      ...(note !== undefined && { note }),
    };
  }
  const { manifest } = await findPublished(target, name, version, call);
  if (manifest === undefined) throw removedMeanwhile(refused(publishing));
  return keepVersion(asked, manifest);
}

async function checkNotRemoved(publishing: Publishing): Promise<void> {
  const { options, name, version } = publishing;
  const { target, signal, now = Date.now } = options;
  const call = signal ? { signal } : {};
  if (await isBeingRemoved(target, { name, version, nowMs: now() }, call)) {
    throw beingRemoved(refused(publishing));
  }
}

/** The version is there already: the same files are no news, others are refused. */
async function keepVersion(publishing: Publishing, manifest: Manifest): Promise<PublishedVersion> {
  const { options, name, version, files } = publishing;
  const { convertedFrom, runtime } = manifest;
  const difference =
    convertedFrom === undefined
      ? describeDifference(manifest.files, files)
      : differenceOfSource(convertedFrom, files);
  if (difference !== undefined) throw alreadyThere(refused(publishing), difference);
  const prefix = filesFolder(name, version, manifest.directory);
  const listed = convertedFrom === undefined ? files : manifest.files.map(hashed);
  const gone = await findMissingFiles(options.target, prefix, listed, options.signal);
  const isComplete = gone.length === 0;
  const kept = isComplete || convertedFrom === undefined ? publishing : await prepare(publishing);
  if (!isComplete) {
    const changed = describeDifference(manifest.files, kept.files);
    if (changed !== undefined) throw cannotRepair(refused(publishing), changed);
    await upload(kept, prefix, gone);
  }
  const there = { ...kept, files: listed };
  const outcome = isComplete ? 'unchanged' : 'repaired';
  return { ...report(there, outcome, prefix), ...(runtime && { runtime }) };
}

const differenceOfSource = (sha256: string, files: readonly HashedFile[]): string | undefined =>
  contentDigest(files) === sha256 ? undefined : 'it was converted from a model with other bytes';

const hashed = ({ path, sizeBytes, sha256 = '' }: ArtifactFile): HashedFile => ({
  path,
  sizeBytes,
  sha256,
});

async function verifyModel(publishing: Publishing) {
  const { options, name, version, folder } = publishing;
  const text = await readMlModelText(folder);
  const [mlmodel, written] = await Promise.all([parseMlModel(text), readMlModelMap(text)]);
  options.onProgress?.({ phase: 'verify', bytes: 0, totalBytes: undefined });
  const verification = await options.verify({
    directory: folder,
    version: { ...options.source, name, version },
    mlmodel,
  });
  if (verification.example === 'failed' && options.allowFailingExample !== true) {
    throw cannotAnswer(refused(publishing), verification.exampleError);
  }
  return { mlmodel, written, verification };
}

async function upload(
  { options, folder }: Publishing,
  prefix: string,
  files: readonly HashedFile[],
): Promise<void> {
  const { target, signal, onProgress } = options;
  const all = totalBytes(files);
  let bytes = 0;
  const count = (more: number): void => {
    bytes += more;
    onProgress?.({ phase: 'upload', bytes, totalBytes: all });
  };
  const progress = { ...(signal && { signal }), onProgress: count };
  await uploadFiles({ target, folder, prefix, files }, progress);
}

const report = (
  { options, name, version, files }: Publishing,
  outcome: PublishOutcome,
  prefix: string,
): PublishedVersion => ({
  outcome,
  name,
  version,
  uri: `${options.target.uri}/${prefix}`,
  files: files.length,
  bytes: totalBytes(files),
  example: undefined,
});

const refused = ({ options, name, version }: Publishing): RefusedVersion => ({
  name,
  version,
  registry: options.target.uri,
});
