import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { ServedConfiguration } from '../config/environment.ts';
import {
  type EndpointOptions as OpenEndpointOptions,
  openEndpoint,
} from '../endpoint/open-endpoint.ts';
import { ServingError } from '../errors.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { type Scored, scoreInvocation } from '../invocation/score-invocation.ts';
import { createLog } from '../log.ts';
import { createLogTelemetry } from '../log-telemetry.ts';
import { NO_TELEMETRY } from '../telemetry.ts';
import { type EndpointOptions, endpointConfiguration } from './endpoint-options.ts';
import { createEnvironmentProgress } from './environment-progress.ts';
import { EXIT } from './failure.ts';
import { fileProblem } from './file-problem.ts';
import { orInterrupted } from './or-interrupted.ts';
import {
  isWorthStreaming,
  predictStreamed,
  STREAMED_FROM_BYTES,
  type StreamedOptions,
} from './predict-streamed.ts';
import { type SpooledInput, spoolInput } from './spool-input.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface PredictOptions extends EndpointOptions {
  readonly inputPath?: string;
  readonly outputPath?: string;
  readonly contentType: 'json' | 'csv' | 'parquet';
}

const MIME_TYPES = {
  json: 'application/json',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
} as const;

/** One process, one file: nothing to protect others from. */
const NO_LIMITS = {
  maxBodyBytes: Number.MAX_SAFE_INTEGER,
  maxRows: Number.MAX_SAFE_INTEGER,
  maxDecodedBytes: Number.MAX_SAFE_INTEGER,
};

/**
 * Score one file and write exactly what `mlflow models predict` writes.
 *
 * @see mlflow/pyfunc/scoring_server/__init__.py, `_predict`
 */
export async function predict(options: PredictOptions): Promise<number> {
  const configuration = await endpointConfiguration(options, 'source');
  const signal = untilInterrupted('nothing was scored');
  const progress = createEnvironmentProgress();
  try {
    return await orInterrupted(
      predictWith(configuration, options, { signal, onProgress: progress.update }),
      signal,
      progress.isBusy,
    );
  } finally {
    progress.stop();
  }
}

async function predictWith(
  configuration: ServedConfiguration,
  options: PredictOptions,
  opening: Pick<OpenEndpointOptions, 'onProgress'> & { readonly signal: AbortSignal },
): Promise<number> {
  const log = createLog({ level: configuration.logLevel ?? 'warn' });
  const isVerbose = log.isEnabled('info');
  const telemetry = isVerbose ? createLogTelemetry(log) : NO_TELEMETRY;
  const { outputPath, contentType } = options;
  const [endpoint, input] = await Promise.all([
    openEndpoint({ configuration, log, telemetry, ...opening }),
    openInput(options, opening.signal),
  ]);
  try {
    const model = await endpoint.preload();
    if (input.kind === 'file') {
      const { contentType, path: inputPath } = input;
      const streamed = { configuration, model, inputPath, outputPath, contentType };
      if (await predictStreamed({ ...streamed, signal: opening.signal })) {
        await endpoint.close();
        return EXIT.ok;
      }
    }
    const invocation = {
      contentType: MIME_TYPES[contentType],
      body: input.kind === 'bytes' ? input.bytes : await readWhole(input.path),
      model,
      limits: { ...configuration.limits, ...NO_LIMITS },
      hasTypedCsv: false,
    };
    const { text } = await score(invocation, options);
    await writeOutput(outputPath, text);
    await endpoint.close();
    return EXIT.ok;
  } finally {
    if (input.kind === 'file') input.remove();
  }
}

type OpenInput =
  | Extract<SpooledInput, { kind: 'bytes' }>
  | (Extract<SpooledInput, { kind: 'file' }> & Pick<StreamedOptions, 'contentType'>);

/** What is large is left in its file; a large CSV from a pipe is put into one. */
async function openInput(
  { inputPath, contentType }: PredictOptions,
  signal: AbortSignal,
): Promise<OpenInput> {
  if (inputPath === undefined && contentType === 'csv') {
    const spooling = { spooledFromBytes: STREAMED_FROM_BYTES, signal };
    const spooled = await spoolInput(process.stdin, spooling);
    return spooled.kind === 'bytes' ? spooled : { ...spooled, contentType };
  }
  if (inputPath !== undefined && contentType !== 'json') {
    const isLarge = await isWorthStreaming(inputPath, contentType);
    if (isLarge) return { kind: 'file', path: inputPath, contentType, remove: () => undefined };
  }
  return { kind: 'bytes', bytes: await readWhole(inputPath) };
}

async function score(invocation: Invocation, options: PredictOptions): Promise<Scored> {
  try {
    return await scoreInvocation(invocation);
  } catch (error) {
    throw withTypeHint(error, options);
  }
}

/** Files are easily scored without `-t`; what was read as JSON then fails in its first byte. */
function withTypeHint(error: unknown, { inputPath = '', contentType }: PredictOptions): unknown {
  const named = /\.(csv|parquet)$/i.exec(inputPath)?.[1]?.toLowerCase();
  if (!(error instanceof ServingError) || named === undefined || named === contentType)
    return error;
  const message = `${error.message}; it was read as ${contentType}: does -t ${named} help?`;
  return new ServingError(error.code, message, { cause: error });
}

async function readWhole(path: string | undefined): Promise<Uint8Array> {
  try {
    return path === undefined ? await buffer(process.stdin) : await readFile(path);
  } catch (error) {
    throw fileProblem('read', path ?? 'standard input', error);
  }
}

async function writeOutput(path: string | undefined, text: string): Promise<void> {
  if (path === undefined) {
    // MLflow writes no newline at the end; a person's prompt wants one.
    process.stdout.write(process.stdout.isTTY ? `${text}\n` : text);
    return;
  }
  try {
    await writeFile(path, text);
  } catch (error) {
    throw fileProblem('write', path, error);
  }
}
