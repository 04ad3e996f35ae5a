import { isMainThread } from 'node:worker_threads';
import type { InferenceSession, TensorConstructor } from 'onnxruntime-common';
import { type Binding, binding } from 'onnxruntime-node/dist/binding.js';
import { ELEMENT_TYPES, type ElementType } from './element-types.ts';

/** Only fatal lines: every failure comes back as an exception, and ORT's log lines quote payloads. */
const LOG_LEVEL_FATAL = 4;

/**
 * A tensor as the native binding takes and returns it.
 *
 * Shapes: `data` has the product of `dims` cells, row-major. float16 comes back as a Uint16Array.
 */
export interface NativeTensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView<ArrayBufferLike> | readonly string[];
  readonly location: 'cpu';
}

/** What a graph says of an input or an output. */
export interface NativeValue {
  readonly name: string;
  /** undefined: a sequence, map or optional, or a type without a JavaScript array (bfloat16 …). */
  readonly type: ElementType | undefined;
  /** -1 is any size; also [] when the graph does not give a rank. */
  readonly shape: readonly number[];
}

export interface NativeSession {
  readonly inputs: readonly NativeValue[];
  readonly outputs: readonly NativeValue[];
  /**
   * Run the graph on this thread and fetch the wanted outputs; 5 µs above the model's own time.
   *
   * Inputs that the graph does not name are ignored by ORT: the caller checks names.
   *
   * @throws {Error} with ORT's message
   */
  run(feeds: Readonly<Record<string, NativeTensor>>): Readonly<Record<string, NativeTensor>>;
  release(): void;
}

/** Passed to ORT as they are. @see onnxruntime-common, `InferenceSession.SessionOptions` */
export interface NativeOptions {
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly executionMode?: 'sequential' | 'parallel';
  readonly graphOptimizationLevel?: 'basic' | 'extended' | 'layout' | 'all';
  /** Session config entries by their full key. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Names of the outputs that `run` fetches. @default all */
  readonly wanted?: readonly string[];
}

/** What ORT builds for each output; its own class checks and copies what it has just made. */
class OutputTensor implements NativeTensor {
  readonly location = 'cpu';
  readonly type: ElementType;
  readonly data: NativeTensor['data'];
  readonly dims: readonly number[];

  constructor(type: ElementType, data: NativeTensor['data'], dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

let isInitialized = false;

/**
 * Start ONNX Runtime: 15 to 30 ms on this thread, once per process.
 *
 * Call it while the model's bytes are on their way; opening a model calls it anyway.
 */
export function initOnnxRuntime(): void {
  if (isInitialized) return;
  // Before it starts, as it looks once: since 1.29 it reports names and digests of models to its maker,
  // and leaves an id and a log for each process in the folder for temporary files.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const tensorConstructor = OutputTensor as unknown as TensorConstructor;
  binding.initOrtOnce(LOG_LEVEL_FATAL, tensorConstructor, isMainThread);
  isInitialized = true;
}

/**
 * Open a model from its path, or from bytes when the graph was rewritten.
 *
 * This is the only file that knows onnxruntime-node. It uses the package's inner synchronous
 * binding, which is no public API, so the version is pinned: a call takes 5 µs where the public
 * `run` takes 8 and yields to the event loop first. To leave it, use `InferenceSession.create` and
 * `session.run` of `onnxruntime-node`: same options, same tensors, and promises.
 *
 * @throws {Error} with ORT's message
 */
export function openNativeSession(
  model: string | Uint8Array<ArrayBuffer>,
  { wanted, ...options }: NativeOptions,
): NativeSession {
  initOnnxRuntime();
  const session = new binding.InferenceSession();
  const quiet = {
    ...options,
    logSeverityLevel: LOG_LEVEL_FATAL,
  } as InferenceSession.SessionOptions;
  if (typeof model === 'string') session.loadModel(model, quiet);
  else session.loadModel(model.buffer, model.byteOffset, model.byteLength, quiet);
  const outputs = session.outputMetadata.map(toNativeValue);
  const fetched = wanted ?? outputs.map(({ name }) => name);
  const fetches = Object.fromEntries(fetched.map((name) => [name, null]));
  return {
    inputs: session.inputMetadata.map(toNativeValue),
    outputs,
    run: (feeds) => session.run(feeds as never, fetches, {}) as never,
    release: () => session.dispose(),
  };
}

const toNativeValue = ({ name, isTensor, type, shape }: Binding.ValueMetadata): NativeValue => ({
  name,
  type: isTensor ? (ELEMENT_TYPES as Record<number, ElementType>)[type] : undefined,
  shape: isTensor ? shape : [],
});
