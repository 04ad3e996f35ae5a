import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { onceUnlessFailed } from '../once.ts';
import type { Predictor } from '../predictor/predictor.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import { type ExampleStatus, eventModel, NO_TELEMETRY, type Telemetry } from '../telemetry.ts';
import type { CachedDirectory, DiskCache } from './disk-cache.ts';
import type { LoadedModel } from './loaded-model.ts';
import { readMlModelText, readServingExample } from './model-files.ts';
import type { LoadOptions, ModelLoader, OpenModel } from './model-loader.ts';
import { versionKey } from './model-version.ts';
import { openInPlace } from './open-in-place.ts';

export interface ModelLoaderOptions {
  readonly store: ArtifactStore;
  readonly diskCache: DiskCache;
  readonly parseMlModel: (text: string) => MlModel | Promise<MlModel>;
  /** Open a model by the flavor its MLmodel names. */
  readonly openPredictor: (model: ModelToOpen) => Promise<Predictor>;
  /** Set the runtime up while bytes arrive; called once, and again after a failure. @default nothing */
  readonly prepare?: () => void | Promise<void>;
  /** Answer `body`, a saved `/invocations` body; rejects when the model cannot. @default no example is tried */
  readonly tryExample?: (model: LoadedModel, body: string) => Promise<unknown>;
  /** @default none */
  readonly telemetry?: Telemetry;
  /** @default process.memoryUsage.rss - bytes */
  readonly readResidentBytes?: () => number;
}

/** A model whose files are on disk. */
export interface ModelToOpen {
  readonly directory: string;
  readonly mlmodel: MlModel;
  readonly version: ModelVersion;
  readonly signal?: AbortSignal;
}

/** An example is one row or a few; what is larger would cost the first request more than it proves. */
const MAX_EXAMPLE_BYTES = 1024 * 1024;

/**
 * Load models: files to disk, read the MLmodel, open, answer the saved example.
 *
 * Downloads run side by side; opening is one at a time, because what a model holds resident is
 * measured as the growth of the process meanwhile, and because it blocks the event loop anyway.
 */
export function createModelLoader(options: ModelLoaderOptions): ModelLoader {
  const { store, diskCache, telemetry = NO_TELEMETRY } = options;
  const { readResidentBytes = process.memoryUsage.rss } = options;
  const prepare = onceUnlessFailed(options.prepare ?? (() => {}));
  const takeTurn = createTurns();
  /** What a version held when it was opened before: an allocator that kept the memory hides it later. */
  const knownBytes = new Map<string, number>();

  async function load(version: ModelVersion, loading: LoadOptions = {}): Promise<OpenModel> {
    const startedAtMs = performance.now();
    const files = await bringFiles(version, loading.signal);
    const filesMs = performance.now() - startedAtMs;
    try {
      await prepare();
      const mlmodel = await options.parseMlModel(await readMlModelText(files.path));
      const example = await readServingExample(files.path, mlmodel, MAX_EXAMPLE_BYTES);
      const { model, openMs } = await takeTurn(() =>
        open({ version, files, mlmodel, example, loading }),
      );
      telemetry.emit({
        type: 'model-loaded',
        model: eventModel(version),
        durationMs: performance.now() - startedAtMs,
        filesMs,
        openMs,
        filesBytes: files.sizeBytes,
        residentBytes: model.residentBytes,
        wasOnDisk: files.wasOnDisk,
        example: model.example,
        ...(model.exampleError === undefined ? {} : { exampleError: model.exampleError }),
      });
      return model;
    } catch (error) {
      await files.release();
      throw error;
    }
  }

  /** The runtime is set up while the answers to the first requests are on their way. */
  async function bringFiles(version: ModelVersion, signal?: AbortSignal): Promise<CachedDirectory> {
    const local = store.inPlace?.(version.source);
    if (local !== undefined) return openInPlace(local, version);
    return diskCache.open(version, (directory) =>
      store.download(version.source, directory, {
        ...(version.files === undefined ? {} : { files: version.files }),
        ...(signal === undefined ? {} : { signal }),
        onRequested: () => void prepare().catch(() => {}), // awaited, and reported, before the model is opened
      }),
    );
  }

  async function open(opening: Opening): Promise<{ model: OpenModel; openMs: number }> {
    const { version, files, mlmodel, example, loading } = opening;
    loading.signal?.throwIfAborted();
    const key = versionKey(version);
    const leastBytes = Math.max(files.sizeBytes, knownBytes.get(key) ?? 0);
    loading.makeRoom?.(leastBytes);
    const startedAtMs = performance.now();
    const before = readResidentBytes();
    const predictor = await options.openPredictor({
      directory: files.path,
      mlmodel,
      version,
      ...(loading.signal && { signal: loading.signal }),
    });
    const loaded = { version, mlmodel, predictor, residentBytes: leastBytes };
    const outcome = await tryOn(loaded, example);
    const inOthers = predictor.kind === 'raw' ? (predictor.residentBytes?.() ?? 0) : 0;
    const residentBytes = Math.max(readResidentBytes() - before + inOthers, leastBytes);
    knownBytes.set(key, residentBytes);
    const close = async (): Promise<void> => {
      try {
        await predictor.release();
      } finally {
        await files.release();
      }
    };
    const model = { ...loaded, ...outcome, residentBytes, close };
    return { model, openMs: performance.now() - startedAtMs };
  }

  async function tryOn(model: LoadedModel, body: string | undefined): Promise<Outcome> {
    if (body === undefined || options.tryExample === undefined) return { example: 'absent' };
    try {
      await options.tryExample(model, body);
      return { example: 'passed' };
    } catch (exampleError) {
      return { example: 'failed', exampleError };
    }
  }

  return { load };
}

interface Opening {
  readonly version: ModelVersion;
  readonly files: CachedDirectory;
  readonly mlmodel: MlModel;
  readonly example: string | undefined;
  readonly loading: LoadOptions;
}

interface Outcome {
  readonly example: ExampleStatus;
  readonly exampleError?: unknown;
}

/** Runs one task after the other, in the order of the calls. */
function createTurns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const turn = last.then(task);
    last = turn.catch(() => {}); // reported to its own caller
    return turn;
  };
}
