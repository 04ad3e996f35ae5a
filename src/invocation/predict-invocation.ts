import { ServingError } from '../errors.ts';
import type { ModelInput } from '../model/model-input.ts';
import type { ModelOutput } from '../model/model-output.ts';
import type { ParsedPredictor } from '../predictor/predictor.ts';
import type { ClockOptions } from '../scoring/clock-options.ts';
import { parseContentType } from '../scoring/content-type.ts';
import { parseCsv } from '../scoring/csv/parse-csv.ts';
import { enforceParams } from '../scoring/enforce-params.ts';
import { enforceSchema } from '../scoring/enforce-schema.ts';
import { parseJson, parseJsonText } from '../scoring/json/parse-json.ts';
import { type ParsedBody, parseBody } from '../scoring/parse-body.ts';
import { countRows } from './count-rows.ts';
import type { Invocation } from './invocation.ts';

/** What a model said, before it is written as JSON. */
export interface Predicted {
  readonly output: ModelOutput;
  readonly rows: number;
  /** Whether the answer goes under `predictions`. */
  readonly wrapped: boolean;
}

/**
 * The way of a body through a model that takes parsed input: content type → parse → enforce the signature → predict.
 *
 * Synchronous for JSON and CSV with a synchronous model: a promise would cost more than many a model.
 *
 * @throws {ServingError} UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST and INVALID_PARAMETER_VALUE as MLflow does,
 *   REQUEST_TOO_LARGE above the row limit, and whatever the predictor threw
 * @see mlflow/pyfunc/scoring_server/__init__.py, `invocations`; mlflow/pyfunc/__init__.py, `predict`
 */
export function predictInvocation(
  predictor: ParsedPredictor,
  invocation: Invocation,
): Predicted | Promise<Predicted> {
  const { contentType, body, model, limits, hasTypedCsv = true } = invocation;
  const { signature } = model.mlmodel;
  switch (parseContentType(contentType)) {
    case 'json': {
      const json = typeof body === 'string' ? parseJsonText(body, limits) : parseJson(body, limits);
      const clock = clockOf();
      return predict(parseBody(json, signature, clock), predictor, invocation, clock);
    }
    case 'csv': {
      const schema = hasTypedCsv ? signature?.inputs : undefined;
      return predictTable(parseCsv(toBytes(body), schema, limits), predictor, invocation);
    }
    case 'parquet':
      return predictParquet(predictor, invocation);
  }
}

/** The rest of the way for rows that were read already. CSV and Parquet carry rows only, and their answers are always wrapped. */
export const predictTable = (
  input: ModelInput,
  predictor: ParsedPredictor,
  invocation: Pick<Invocation, 'model' | 'limits'>,
): Predicted | Promise<Predicted> =>
  predict({ input, params: undefined, wrapped: true }, predictor, invocation, clockOf());

/** Its reader is large and needed rarely: imported with the first Parquet body. */
async function predictParquet(
  predictor: ParsedPredictor,
  invocation: Invocation,
): Promise<Predicted> {
  const { parseParquet } = await import('../scoring/parquet/parse-parquet.ts');
  const { decompress } = await import('./decompress.ts');
  const frame = parseParquet(toBytes(invocation.body), { ...invocation.limits, decompress });
  return predictTable(frame, predictor, invocation);
}

function predict(
  parsed: ParsedBody,
  predictor: ParsedPredictor,
  { model, limits }: Pick<Invocation, 'model' | 'limits'>,
  clock: ClockOptions,
): Predicted | Promise<Predicted> {
  const { input, params, wrapped } = parsed;
  const rows = countRows(input);
  if (rows > limits.maxRows) throw tooManyRows(rows, limits.maxRows);
  const { signature } = model.mlmodel;
  const isEnforced = signature?.inputs !== undefined && !signature.isFromTypeHint;
  const output = predictor.predict(
    isEnforced ? enforceSchema(input, signature.inputs, clock) : input,
    enforceParams(params, signature?.params, clock),
  );
  return output instanceof Promise
    ? output.then((value) => ({ output: value, rows, wrapped }))
    : { output, rows, wrapped };
}

const clockOf = (): ClockOptions => ({ nowMs: Date.now() });

const toBytes = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? Buffer.from(body, 'utf8') : body;

const tooManyRows = (rows: number, maxRows: number): ServingError =>
  new ServingError(
    'REQUEST_TOO_LARGE',
    `the request has ${rows} rows; this server takes at most ${maxRows} at once: send it in parts`,
  );
