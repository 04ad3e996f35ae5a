import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createTemporaryDirectory } from '../artifacts/temporary-directory.ts';
import { type Environment, readConfiguration } from '../config/environment.ts';
import { convertDirectory } from '../convert/convert-directory.ts';
import type { ConvertOptions, ConvertProgress, ConvertResult } from '../convert/convert-options.ts';
import { findConverted } from '../convert/find-converted.ts';
import { missingProof } from '../convert/missing-proof.ts';
import { ConverterError } from '../convert/run-converter.ts';
import { ServingError } from '../errors.ts';
import { decompress } from '../invocation/decompress.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { parseMlModel } from '../model/parse-mlmodel.ts';
import { contentDigest } from '../publish/content-directory.ts';
import { hashFiles } from '../publish/hash-files.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import { readMlModelText } from '../serving/model-files.ts';
import { checkTrust } from '../trust/check-trust.ts';
import { registryOf } from '../trust/registry-of.ts';
import { createTrustList } from '../trust/trust-list.ts';
import { openConverted, openOriginal } from './askable-models.ts';
import { openSources } from './open-sources.ts';

export interface ConvertModelOptions
  extends Pick<ConvertOptions, 'checks' | 'isDriftAllowed' | 'signal'> {
  /** What is converted: the version that it means now. */
  readonly modelUri: string;
  /** Names the registry, the stores, and whose code may run. */
  readonly environment: Environment;
  /** Where the converted model goes: not there yet, or empty. */
  readonly output: string;
  /** Version of the bundled ONNX Runtime. */
  readonly onnxRuntimeVersion: string;
  readonly onProgress?: (progress: ConvertModelProgress) => void;
}

export interface ConvertModelProgress extends Omit<ConvertProgress, 'phase'> {
  readonly phase: ConvertProgress['phase'] | 'download';
}

/** `unchanged`: the folder holds the same model already, converted and checked. */
export interface ConvertedModel {
  readonly outcome: ConvertResult['outcome'] | 'unchanged';
  readonly report: ConvertResult['report'];
}

/**
 * Fetch a model, convert it and write the result to a folder, if it answers like the original.
 *
 * The folder appears in one step, or not at all.
 *
 * @throws {ServingError} RESOURCE_ALREADY_EXISTS when there is something else in the folder, or the model with less proof than wanted, PERMISSION_DENIED when the
 *   model's code is not trusted; as `ModelRegistry.resolve`, `ArtifactStore.download` and `convertDirectory`
 */
export async function convertModel(options: ConvertModelOptions): Promise<ConvertedModel> {
  const { modelUri, environment, signal, onProgress } = options;
  const output = resolve(options.output);
  await checkOutput(output);
  const { registry, store } = await openSources(environment);
  const call = signal ? { signal } : {};
  const version = await registry.resolve(modelUri, call);
  return inFolderBeside(output, async (work) => {
    onProgress?.({ phase: 'download', text: `fetching ${version.name || basename(modelUri)}` });
    const directory = join(work, 'original');
    const { files } = version;
    await store.download(version.source, directory, { ...call, ...(files && { files }) });
    const original = await readOriginal(directory, version, signal);
    const known = await findConverted(output);
    if (known !== undefined) {
      if (known.original_sha256 !== original.originalSha256) throw isOccupied(output);
      const missing = await missingProof(known, options);
      if (missing !== undefined) throw isUnproved(output, missing);
      return { outcome: 'unchanged', report: known };
    }
    const target = join(work, 'converted');
    const result = await convertFetched(original, { ...options, work, target });
    if (result.outcome === 'converted') await moveTo(target, output);
    return result;
  });
}

/** A model whose files are here, complete and compared with their digests. */
export interface FetchedModel {
  readonly directory: string;
  readonly mlmodel: MlModel;
  readonly version: ModelVersion;
  readonly originalSha256: string;
}

async function readOriginal(
  directory: string,
  version: ModelVersion,
  signal: AbortSignal | undefined,
): Promise<FetchedModel> {
  const mlmodel = await parseMlModel(await readMlModelText(directory));
  const originalSha256 = contentDigest(await hashFiles(directory, signal));
  return { directory, mlmodel, version, originalSha256 };
}

export interface FetchedOptions
  extends Pick<
    ConvertModelOptions,
    | 'modelUri'
    | 'environment'
    | 'checks'
    | 'isDriftAllowed'
    | 'signal'
    | 'onProgress'
    | 'onnxRuntimeVersion'
  > {
  /** For everything on the way. */
  readonly work: string;
  readonly target: string;
}

/** Convert what was fetched before, when its code may run. @throws {ServingError} as `convertModel` */
export async function convertFetched(
  model: FetchedModel,
  options: FetchedOptions,
): Promise<ConvertResult> {
  const { directory, mlmodel, version } = model;
  const { modelUri, environment, signal } = options;
  const { python } = readConfiguration(environment);
  checkTrust({
    ...{ directory, version, mlmodel },
    registry: registryOf(modelUri, environment),
    trust: createTrustList(python.trust),
    arePicklesAllowed: python.arePicklesAllowed,
  });
  return convertDirectory({
    ...options,
    ...model,
    name: version.version === '' ? version.name : `models:/${version.name}/${version.version}`,
    manager: python.environmentManager,
    memoryBytes: python.memoryBytes,
    passedVariables: python.passedVariables,
    parts: {
      openOriginal: (interpreter) =>
        openOriginal({ directory, mlmodel, version, interpreter, python, environment, signal }),
      openConverted: (converted, read) => openConverted(converted, read, version),
      decompress,
      onnxRuntimeVersion: options.onnxRuntimeVersion,
    },
  });
}

/** On the disk where the result goes, so that it can be moved there in one step. */
async function inFolderBeside<T>(output: string, use: (work: string) => Promise<T>): Promise<T> {
  const work = await createTemporaryDirectory(output).catch((cause: unknown) => {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `nothing can be written beside ${output}: choose another folder with -o`,
      { cause },
    );
  });
  try {
    return await use(work.path);
  } catch (error) {
    if (error instanceof ConverterError) throw await keepLog(error, output);
    throw isDiskFull(error) ? noRoom(output, error) : error;
  } finally {
    await work.remove();
  }
}

/** What the converter said before it crashed outlives it, beside the folder that is not there. */
async function keepLog(error: ConverterError, output: string): Promise<unknown> {
  const path = `${output}.convert.log`;
  try {
    await writeFile(path, error.log);
  } catch {
    return error; // the disk is full, most likely: the last words are in the message
  }
  const message = `${error.message}; all it said is in ${path}`;
  return new ServingError(error.code, message, { cause: error });
}

async function checkOutput(output: string): Promise<void> {
  const entries = await readdir(output).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ServingError('INVALID_PARAMETER_VALUE', `${output} is no folder`, { cause: error });
  });
  if (entries.length > 0 && (await findConverted(output)) === undefined) throw isOccupied(output);
}

async function moveTo(target: string, output: string): Promise<void> {
  await mkdir(dirname(output), { recursive: true });
  try {
    await rename(target, output); // an empty folder gives way
  } catch (error) {
    if (/^(ENOTEMPTY|EEXIST)$/.test(`${(error as NodeJS.ErrnoException).code}`)) {
      throw isOccupied(output);
    }
    throw error;
  }
}

const isOccupied = (output: string): ServingError =>
  new ServingError(
    'RESOURCE_ALREADY_EXISTS',
    `${output} is not empty, and does not hold this model: name another folder with -o, or remove it`,
  );

const isUnproved = (output: string, missing: string): ServingError =>
  new ServingError(
    'RESOURCE_ALREADY_EXISTS',
    `${output} holds this model, converted before, but ${missing}: name another folder with -o, or remove it`,
  );

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(ENOSPC|EDQUOT)$/.test(`${(error as NodeJS.ErrnoException).code}`) || isDiskFull(error.cause));

const noRoom = (output: string, cause: unknown): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `no space left on the disk of ${output}: the model is copied there twice while it is converted; make room, or name a folder on another disk with -o`,
    { cause },
  );
