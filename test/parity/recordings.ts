import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  isPackedNumbers,
  isPackedRecords,
  type JsonObject,
  type JsonValue,
} from '../../src/model/json-value.ts';
import { parseJson } from '../../src/scoring/json/parse-json.ts';
import type { Recorded, RecordedFrame, RecordedInput } from './recorded-value.ts';

/** One recorded request of the files that hold what the model saw. */
export interface RequestCase {
  group: string;
  name: string;
  contentType: string | null;
  body?: string;
  bodyBase64?: string;
  signatureInputs?: unknown[] | null;
  signatureFlags?: Record<string, unknown>;
  status: number;
  responseContentType: string;
  modelSaw?: RecordedInput;
  paramsSeen?: Recorded;
  wrapped?: boolean;
  errorCode?: string;
  errorClass?: string;
  sqlstate?: string;
  plainTextBody?: boolean | string;
  /** The params schema with ints and floats kept apart; not in the file under this name. */
  params?: JsonValue;
}

export interface OutputCase {
  name: string;
  unifiedLlmRequest: boolean;
  output: { kind: string } & Partial<RecordedFrame> & { value?: Recorded };
  status: number;
  responseContentType: string;
  body?: string;
}

export interface OnnxModelCase {
  model: string;
  modelBase64: string;
  signatureInputs: unknown[] | null;
  cases: (RequestCase & { response?: string })[];
}

export type RecordingFile =
  | { kind: 'requests'; name: string; cases: RequestCase[] }
  | { kind: 'outputs'; name: string; cases: OutputCase[] }
  | { kind: 'onnx'; name: string; models: OnnxModelCase[] }
  | { kind: 'other'; name: string };

/** Every `*.json` file of a directory, sorted by name; a file in another format is kind `other`. */
export function readRecordings(directory: string): RecordingFile[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => readRecording(join(directory, name), name));
}

function readRecording(path: string, name: string): RecordingFile {
  const bytes = readFileSync(path);
  const list = JSON.parse(bytes.toString('utf8'));
  const first = Array.isArray(list) ? list[0] : undefined;
  if (first?.modelBase64 !== undefined) return { kind: 'onnx', name, models: list };
  if (first?.output !== undefined) return { kind: 'outputs', name, cases: list };
  if (first?.contentType === undefined) return { kind: 'other', name };
  const exact = parseJson(bytes, { maxDepth: 200 }) as JsonObject[];
  return {
    kind: 'requests',
    name,
    cases: (list as RequestCase[]).map((recorded, i) => {
      const params = exact[i]?.get('signatureParams');
      return params === undefined || params === null ? recorded : { ...recorded, params };
    }),
  };
}

/** A lossless JSON value as JSON.parse would give it. */
export function toPlainJson(value: JsonValue): unknown {
  if (isPackedNumbers(value) || isPackedRecords(value)) return toPlainJson(value.unpack());
  if (Array.isArray(value)) return value.map(toPlainJson);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [key, toPlainJson(item)]));
  }
  return typeof value === 'bigint' ? Number(value) : value;
}
