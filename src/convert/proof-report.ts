import type { Proof } from './proof.ts';

/** What `onnx/report.json` of a converted model says; the keys are the JSON's. */
export interface ProofReport {
  readonly format: 1;
  /** The model's name for people, as it was asked for. */
  readonly model: string;
  /** SHA-256 of the original's list of files, each with size and SHA-256; of a conversion of the same files it is the same. */
  readonly original_sha256: string;
  readonly flavor: string;
  readonly converter: string;
  /** What the inputs of the graph are made of. */
  readonly numbers: 'double' | 'float32';
  /** Of the packages that made and answered: Python, MLflow, the flavor's library, the converter, ONNX Runtime. */
  readonly versions: Readonly<Record<string, string>>;
  /** Someone has seen the differences and takes the model all the same. */
  readonly is_drift_allowed: boolean;
  /** SHA-256 of the user's files whose rows were compared. */
  readonly checks?: readonly string[];
  readonly proof: Proof;
}

/** Where the report lies in a converted model's directory. */
export const REPORT_JSON = 'onnx/report.json';
export const REPORT_TEXT = 'onnx/report.txt';
/** What the converter said. */
export const CONVERT_LOG = 'onnx/convert.log';

/** JSON knows no NaN and Infinity, and no int beyond 2^53: they are written as texts. */
export const encodeReport = (report: ProofReport): string =>
  `${JSON.stringify(report, writable, 2)}\n`;

function writable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : `${value}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return `${value}`;
  return typeof value === 'string' && value.length > LONGEST
    ? `${value.slice(0, LONGEST)}…`
    : value;
}

const LONGEST = 200;
