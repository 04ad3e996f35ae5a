import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import type { Conversion } from '../model/conversion.ts';
import { parseConversion } from '../model/parse-conversion.ts';
import { SUPPORTED_OPSETS } from '../predictor/onnx/supported-opsets.ts';
import { workerEnvironment } from '../predictor/python/worker-environment.ts';
import { findWorker } from '../predictor/python/worker-path.ts';
import { runProgram } from '../python-env/run-program.ts';
import { cleanLog, type NamedFolder } from './clean-log.ts';

export interface ConverterRun {
  /** Interpreter of an environment that has what the model needs, and the converters. */
  readonly python: string;
  /** The model directory. */
  readonly model: string;
  /** Written by the converter; made anew. */
  readonly output: string;
  readonly numbers: 'double' | 'float32';
  /** Stands for folders in the log. */
  readonly folders: readonly NamedFolder[];
  readonly timeoutMs: number;
  /** Of private data. @default none */
  readonly memoryBytes?: number;
  /** Names of further environment variables that the model may see. @default none */
  readonly passedVariables?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Of what the converter says, as it says it. */
  readonly onLine?: (line: string) => void;
}

/** `refused`: this model cannot be converted, or not so; the reason is one line for people. */
export type ConverterEnd =
  | { readonly kind: 'converted'; readonly conversion: Conversion; readonly log: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly log: string };

const REFUSED = 3;
const LONGEST_REASON = 300;

/**
 * Run python/convert.py: the model's code runs in it, so it gets no network, no credentials, and dies with us.
 *
 * @throws {ServingError} INTERNAL_ERROR when it crashes, DEADLINE_EXCEEDED when it takes too long, both with its
 *   last words; the signal's reason
 */
export async function runConverter(run: ConverterRun): Promise<ConverterEnd> {
  const { python, model, output, numbers, timeoutMs, memoryBytes = 0, signal, onLine } = run;
  await mkdir(output, { recursive: true });
  const folder = join(findWorker(), '..');
  const timeout = AbortSignal.timeout(timeoutMs);
  const said: string[] = [];
  const program = {
    command: python,
    args: [
      ...[
        join(folder, 'isolated.py'),
        '--parent',
        `${process.pid}`,
        '--data-bytes',
        `${memoryBytes}`,
      ],
      ...[join(folder, 'convert.py'), model, output],
      ...['--numbers', numbers, '--max-opset', `${SUPPORTED_OPSETS['ai.onnx']}`],
    ],
    environment: {
      ...workerEnvironment(process.env, run.passedVariables),
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    onLine: (line: string) => {
      said.push(line);
      onLine?.(line);
    },
  };
  const log = (): string =>
    cleanLog(said, [
      [model, '<model>'],
      [output, '<output>'],
      [folder, '<converter>'],
      ...run.folders,
    ]);
  const end = await runProgram(program).catch((error: unknown) => {
    signal?.throwIfAborted();
    if (!timeout.aborted) throw error;
    throw new ConverterError('DEADLINE_EXCEEDED', tooLong(timeoutMs), log());
  });
  if (end?.code === 0) {
    const conversion = parseConversion(await readFile(join(output, 'conversion.json'), 'utf8'));
    return { kind: 'converted', conversion, log: log() };
  }
  const written = await readRefusal(output);
  if (end?.code === REFUSED && written !== undefined) {
    return { kind: 'refused', reason: written.slice(0, LONGEST_REASON), log: log() };
  }
  throw new ConverterError('INTERNAL_ERROR', crash(end?.code, log()), log());
}

/** The converter did not end as it should; what it said is kept by whoever has a place for it. */
export class ConverterError extends ServingError {
  readonly log: string;

  constructor(code: 'INTERNAL_ERROR' | 'DEADLINE_EXCEEDED', message: string, log: string) {
    super(code, message);
    this.log = log;
  }
}

async function readRefusal(output: string): Promise<string | undefined> {
  try {
    const { message } = JSON.parse(await readFile(join(output, 'error.json'), 'utf8'));
    return typeof message === 'string' ? message.replace(/\s+/g, ' ').trim() : undefined;
  } catch {
    return undefined; // it crashed before it could say why
  }
}

const crash = (code: number | undefined, log: string): string => {
  const how = code === undefined ? 'was killed (out of memory?)' : `crashed with exit code ${code}`;
  const last = lastWords(log);
  return `the converter ${how}${last === undefined ? '' : `: ${last}`}`;
};

const tooLong = (timeoutMs: number): string =>
  `the conversion took longer than ${timeoutMs / 1000} s; give it more with --timeout, or serve the model with runtime: python`;

/** A traceback ends with what it is about. */
function lastWords(log: string): string | undefined {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const error = lines.findLast((line) =>
    /^(?:[\w.]*\.)?\w*(?:Error|Exception|Interrupt)\b/.test(line),
  );
  return (error ?? lines.at(-1))?.trim().slice(0, LONGEST_REASON);
}
