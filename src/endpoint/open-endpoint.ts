import type { Configuration, ServedConfiguration } from '../config/environment.ts';
import { withCors } from '../http/cors.ts';
import type { HttpHandler } from '../http/http-message.ts';
import { createHttpHandler } from '../http/routes.ts';
import { scoreInvocation } from '../invocation/score-invocation.ts';
import type { Log } from '../log.ts';
import { parseMlModel } from '../model/parse-mlmodel.ts';
import type { EnvironmentProgress } from '../python-env/python-environment.ts';
import { createDiskCache } from '../serving/disk-cache.ts';
import { createModelLoader } from '../serving/load-model.ts';
import type { LoadedModel } from '../serving/loaded-model.ts';
import { createModelCache, type RefreshingModelCache } from '../serving/model-cache.ts';
import type { Telemetry } from '../telemetry.ts';
import { createModelOpener } from './open-model.ts';
import { openSources } from './open-sources.ts';
import { servingPartOf } from './serving-part.ts';

export interface EndpointOptions {
  readonly configuration: ServedConfiguration;
  readonly telemetry: Telemetry;
  readonly log: Log;
  /** Told while a Python environment is made. */
  readonly onProgress?: (progress: EnvironmentProgress) => void;
  /** Ends the making of a Python environment. */
  readonly signal?: AbortSignal;
  /** Threads that answer with ONNX models. @default 0 - they are computed in this thread, one request after the other */
  readonly threads?: number;
}

/** Requests that may wait for one thread: with a model of 10 ms the last of them waits 2.5 s. */
const MAX_WAITING_PER_THREAD = 250;

/** One model behind one HTTP core, put together from the parts that the configuration names. */
export interface Endpoint {
  readonly answer: HttpHandler;
  readonly cache: RefreshingModelCache;
  /**
   * Open the model now, so that the first request finds it warm.
   *
   * @throws {ServingError} whatever the cache threw
   */
  preload(): Promise<LoadedModel>;
  /** The saved `/invocations` body that a model has answered last; undefined when there is none. */
  example(): string | undefined;
  close(): Promise<void>;
}

/** @throws {ServingError} INVALID_PARAMETER_VALUE for a variable of a registry or store that cannot be read */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { configuration, telemetry, log } = options;
  const { modelUri, limits, timeoutMs } = configuration;
  const { registry, store } = await openSources(configuration.environment);
  let example: string | undefined;
  const loader = createModelLoader({
    store,
    diskCache: createDiskCache(diskOptions(configuration)),
    parseMlModel,
    openPredictor: createModelOpener({
      ...configuration,
      ...options,
      inThreads: threadsOf(configuration, options),
    }),
    ...(configuration.runtime !== 'python' && { prepare: startRuntime }),
    tryExample: async (model, body) => {
      // Without it a Python model that hangs on its example would keep every later one from being opened.
      const deadlineAtMs = Date.now() + timeoutMs;
      await scoreInvocation({ contentType: 'application/json', body, model, limits, deadlineAtMs });
      example = body;
    },
    telemetry,
  });
  const { aliasTtlMs, pushFloorMs, cacheMemoryBytes } = configuration;
  const cache = createModelCache({
    registry: servingPartOf(registry, configuration),
    loader,
    telemetry,
    ttlMs: aliasTtlMs,
    pushFloorMs,
    ...(cacheMemoryBytes !== undefined && { maxResidentBytes: cacheMemoryBytes }),
  });
  const answer = createHttpHandler({ cache, modelUri, limits, timeoutMs, telemetry, log });
  return {
    answer: withCors(answer, configuration.corsOrigins),
    cache,
    preload: async () => {
      const lease = await cache.acquire(modelUri);
      lease.release();
      return lease.model;
    },
    example: () => example,
    close: () => cache.close(),
  };
}

function threadsOf({ maxWaiting }: Configuration, { threads: size = 0 }: EndpointOptions) {
  if (size === 0) return undefined;
  return { size, maxWaiting: maxWaiting ?? MAX_WAITING_PER_THREAD * size };
}

/** Runs while the model's bytes are on their way. */
async function startRuntime(): Promise<void> {
  const { initOnnxRuntime } = await import('../predictor/onnx/native-runtime.ts');
  initOnnxRuntime();
}

const diskOptions = ({ cacheDirectory, cacheDiskBytes }: Configuration) => ({
  ...(cacheDirectory !== undefined && { directory: cacheDirectory }),
  ...(cacheDiskBytes !== undefined && { maxBytes: cacheDiskBytes }),
});
