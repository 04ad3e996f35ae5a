import { ServingError } from '../errors.ts';
import type { ModelInput } from '../model/model-input.ts';
import type { ModelOutput } from '../model/model-output.ts';
import type { ParsedPredictor, RawPredictor } from '../predictor/predictor.ts';
import type { ClockOptions } from '../scoring/clock-options.ts';
import { parseContentType } from '../scoring/content-type.ts';
import { parseCsv } from '../scoring/csv/parse-csv.ts';
import { encodePredictions } from '../scoring/encode-predictions.ts';
import { enforceParams } from '../scoring/enforce-params.ts';
import { enforceSchema } from '../scoring/enforce-schema.ts';
import { parseJson, parseJsonText } from '../scoring/json/parse-json.ts';
import { type ParsedBody, parseBody } from '../scoring/parse-body.ts';
import type { LoadedModel } from '../serving/loaded-model.ts';
import { countRows } from './count-rows.ts';
import type { RequestLimits } from './limits.ts';

/** One POST to `/invocations`, or one file given to `predict`. */
export interface Invocation {
  readonly contentType: string | undefined;
  readonly body: string | Uint8Array;
  readonly model: LoadedModel;
  readonly limits: RequestLimits;
  /** @default true - false reads CSV without the signature's types, as `mlflow models predict` does */
  readonly hasTypedCsv?: boolean;
  /** When the answer is of no use any more; ms since epoch. A model in a process of its own is stopped then. */
  readonly deadlineAtMs?: number;
}

/** The answer's text, and how many rows it is for. */
export interface Scored {
  readonly text: string;
  readonly rows: number;
}

/**
 * Score one body: content type → parse → enforce the signature → predict → encode.
 *
 * Synchronous for JSON and CSV with a synchronous model: a promise would cost more than many a model.
 *
 * @throws {ServingError} UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST and INVALID_PARAMETER_VALUE as MLflow does,
 *   REQUEST_TOO_LARGE above the row limit, and whatever the predictor threw
 * @see mlflow/pyfunc/scoring_server/__init__.py, `invocations`; mlflow/pyfunc/__init__.py, `predict`
 */
export function scoreInvocation(invocation: Invocation): Scored | Promise<Scored> {
  const { contentType, body, model, limits, hasTypedCsv = true } = invocation;
  const { predictor } = model;
  if (predictor.kind === 'raw') return scoreRaw(predictor, invocation);
  const { signature } = model.mlmodel;
  switch (parseContentType(contentType)) {
    case 'json': {
      const json = typeof body === 'string' ? parseJsonText(body, limits) : parseJson(body, limits);
      const clock = clockOf();
      return predict(parseBody(json, signature, clock), predictor, invocation, clock);
    }
    case 'csv': {
      const schema = hasTypedCsv ? signature?.inputs : undefined;
      return predict(
        fromFile(parseCsv(toBytes(body), schema, limits)),
        predictor,
        invocation,
        clockOf(),
      );
    }
    case 'parquet':
      return scoreParquet(predictor, invocation);
  }
}

/** Its reader is large and needed rarely: imported with the first Parquet body. */
async function scoreParquet(predictor: ParsedPredictor, invocation: Invocation): Promise<Scored> {
  const { parseParquet } = await import('../scoring/parquet/parse-parquet.ts');
  const { decompress } = await import('./decompress.ts');
  const frame = parseParquet(toBytes(invocation.body), { ...invocation.limits, decompress });
  return predict(fromFile(frame), predictor, invocation, clockOf());
}

/** MLflow's own code does all of it, in the model's process. */
const scoreRaw = (predictor: RawPredictor, invocation: Invocation): Promise<Scored> => {
  const { contentType, body, limits, hasTypedCsv, deadlineAtMs } = invocation;
  return predictor.score({
    contentType,
    body,
    maxRows: limits.maxRows,
    ...(hasTypedCsv !== undefined && { hasTypedCsv }),
    ...(deadlineAtMs !== undefined && { deadlineAtMs }),
  });
};

function predict(
  parsed: ParsedBody,
  predictor: ParsedPredictor,
  { model, limits }: Invocation,
  clock: ClockOptions,
): Scored | Promise<Scored> {
  const { input, params, wrapped } = parsed;
  const rows = countRows(input);
  if (rows > limits.maxRows) throw tooManyRows(rows, limits.maxRows);
  const { signature } = model.mlmodel;
  const isEnforced = signature?.inputs !== undefined && !signature.isFromTypeHint;
  const output = predictor.predict(
    isEnforced ? enforceSchema(input, signature.inputs, clock) : input,
    enforceParams(params, signature?.params, clock),
  );
  const encode = (value: ModelOutput): Scored => ({
    text: encodePredictions(value, { wrapped }),
    rows,
  });
  return output instanceof Promise ? output.then(encode) : encode(output);
}

const clockOf = (): ClockOptions => ({ nowMs: Date.now() });

/** CSV and Parquet carry rows only, and their answers are always wrapped. */
const fromFile = (input: ModelInput): ParsedBody => ({ input, params: undefined, wrapped: true });

const toBytes = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? Buffer.from(body, 'utf8') : body;

const tooManyRows = (rows: number, maxRows: number): ServingError =>
  new ServingError(
    'REQUEST_TOO_LARGE',
    `the request has ${rows} rows; this server takes at most ${maxRows} at once: send it in parts`,
  );
