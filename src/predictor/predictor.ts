import type { ModelInput } from '../model/model-input.ts';
import type { ModelOutput } from '../model/model-output.ts';
import type { PyDict } from '../model/py-value.ts';

/** An open model that takes parsed input: ONNX, in this process. */
export interface ParsedPredictor {
  readonly kind: 'parsed';
  /**
   * Run the model once.
   *
   * @throws {ServingError} BAD_REQUEST when the runtime rejects the input,
   *   INTERNAL_ERROR where MLflow's wrapper raises an MlflowException
   */
  predict(input: ModelInput, params: PyDict | null): ModelOutput | Promise<ModelOutput>;
  /**
   * Whether each row of a table is answered by itself, to the last bit, whatever rows stand beside it. May read the model's file.
   *
   * @default false - nobody knows
   */
  isRowLocal?(): boolean;
  /** Give the memory back. Called once, after the last request is done. */
  release(): Promise<void>;
}

/** An open model that takes the request as it came: MLflow's own code parses, enforces, predicts and encodes. */
export interface RawPredictor {
  readonly kind: 'raw';
  /**
   * Answer one `/invocations` body.
   *
   * @throws {ServingError} as MLflow's server answers it, and TEMPORARILY_UNAVAILABLE when the process of the
   *   model died (the next request starts another), DEADLINE_EXCEEDED, REQUEST_TOO_LARGE
   */
  score(request: RawRequest): Promise<RawAnswer>;
  /** Resident memory of the model's processes now, or of copies that are still to come; bytes. Not a part of our own process's until now. */
  residentBytes?(): number;
  /** End the process. Called once, after the last request is done. */
  release(): Promise<void>;
}

export type Predictor = ParsedPredictor | RawPredictor;

export interface RawRequest {
  /** The header as it came; undefined when there was none. */
  readonly contentType: string | undefined;
  readonly body: string | Uint8Array;
  /** ms since epoch; a model that still computes then is stopped. @default none */
  readonly deadlineAtMs?: number;
  /** A request with more rows is refused. */
  readonly maxRows: number;
  /** @default true - false reads CSV without the signature's types, as `mlflow models predict` does */
  readonly hasTypedCsv?: boolean;
}

/** The answer's JSON text, and how many rows it is for. */
export interface RawAnswer {
  readonly text: string;
  readonly rows: number;
}
