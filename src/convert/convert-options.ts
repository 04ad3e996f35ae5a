import type { MlModel } from '../model/mlmodel.ts';
import type { EnvironmentManager } from '../python-env/python-environment.ts';
import type { Decompress } from '../scoring/parquet/decompress-page.ts';
import type { AskableModel } from './ask-original.ts';
import type { ProofReport } from './proof-report.ts';

/** What it takes to convert a model directory. */
export interface ConvertOptions {
  /** The original: complete, its digests checked, its code trusted. */
  readonly directory: string;
  readonly mlmodel: MlModel;
  /** For people and the report. */
  readonly name: string;
  readonly originalSha256: string;
  /** The converted model; does not exist yet, and does only when the conversion is accepted. */
  readonly target: string;
  /** An empty folder for everything on the way; the caller removes it. */
  readonly work: string;
  /** Files with rows of the user's own. @default none */
  readonly checks?: readonly string[];
  /** @default false - numbers and labels may differ; statuses and structures never */
  readonly isDriftAllowed?: boolean;
  /** @default uv, fetched where it is missing, else virtualenv */
  readonly manager?: EnvironmentManager | undefined;
  /** Of one run of the converter; ms. @default an hour */
  readonly timeoutMs?: number;
  /** Of the converter's private data. @default none */
  readonly memoryBytes?: number | undefined;
  /** Names of further environment variables that the model may see. @default none */
  readonly passedVariables?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ConvertProgress) => void;
  readonly parts: ConvertParts;
}

/** What is handed in, because it belongs to layers above. */
export interface ConvertParts {
  /** The model as logged, answered by MLflow's own code with this interpreter. */
  openOriginal(python: string): Promise<AskableModel>;
  /** The converted model, answered as the Node runtime will. */
  openConverted(directory: string, mlmodel: MlModel): Promise<AskableModel>;
  readonly decompress: Decompress;
  /** Version of the bundled ONNX Runtime. */
  readonly onnxRuntimeVersion: string;
}

export interface ConvertProgress {
  readonly phase: 'environment' | 'convert' | 'open' | 'prove' | 'write';
  /** One line for people. */
  readonly text: string;
  /** One of the many lines that an installer says: for a line that changes, not for a log. @default false */
  readonly isDetail?: boolean;
}

/** `converted`: the target is there. `refused`: it does not answer like the original, and nothing was written. */
export interface ConvertResult {
  readonly outcome: 'converted' | 'refused';
  readonly report: ProofReport;
}
