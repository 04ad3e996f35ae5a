import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJson } from '../../src/model/decode-json.ts';
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
  params?: readonly unknown[];
}

export interface OutputCase {
  name: string;
  unifiedLlmRequest: boolean;
  output: { kind: string } & Partial<Omit<RecordedFrame, 'kind'>> & { value?: Recorded };
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
  const text = readFileSync(path, 'utf8');
  const list = JSON.parse(text);
  const first = Array.isArray(list) ? list[0] : undefined;
  if (first?.modelBase64 !== undefined) return { kind: 'onnx', name, models: list };
  if (first?.output !== undefined) return { kind: 'outputs', name, cases: list };
  if (first?.contentType === undefined) return { kind: 'other', name };
  const exact = decodeJson(text) as { signatureParams?: readonly unknown[] | null }[];
  return {
    kind: 'requests',
    name,
    cases: (list as RequestCase[]).map((recorded, i) => {
      const params = exact[i]?.signatureParams;
      return params ? { ...recorded, params } : recorded;
    }),
  };
}
