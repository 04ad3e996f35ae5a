import { badRequest } from '../../errors.ts';
import type { RequestLimits } from '../../invocation/limits.ts';
import {
  type Predicted,
  predictInvocation,
  predictTable,
} from '../../invocation/predict-invocation.ts';
import { scoreRaw } from '../../invocation/score-invocation.ts';
import type { Frame } from '../../model/frame.ts';
import type { ParsedPredictor, RawPredictor } from '../../predictor/predictor.ts';
import { parsePlainCsv } from '../../scoring/csv/parse-csv.ts';
import { encodeFrame } from '../../scoring/encode/encode-frame.ts';
import type { LoadedModel } from '../../serving/loaded-model.ts';
import type { Chunk } from '../chunk.ts';
import { sliceFrame } from '../read/slice-frame.ts';
import { noteWholeRows, rowFields } from '../row-fields.ts';
import { parsePredictions } from '../write/parse-predictions.ts';
import { toPredictionColumns } from '../write/to-prediction-columns.ts';
import { holdsOneValue } from './holds-one-value.ts';
import { rowsAsBody } from './rows-as-body.ts';
import type { ScoreChunkOptions } from './score-chunk.ts';

/** A chunk has bounds of its own. */
const NO_LIMITS: Partial<RequestLimits> = {
  maxRows: Number.MAX_SAFE_INTEGER,
  maxBodyBytes: Number.MAX_SAFE_INTEGER,
};

/**
 * Score rows with the endpoint's own code: the same parser, the same casts, the same model.
 *
 * @throws {ServingError} as `/invocations` refuses these rows, and BAD_REQUEST for a line of JSON that is not one value
 */
export function createScoreRows(
  model: LoadedModel,
  requestLimits: RequestLimits,
): ScoreChunkOptions['scoreRows'] {
  const limits = { ...requestLimits, ...NO_LIMITS };
  const { predictor } = model;
  const schema = model.mlmodel.signature?.inputs;

  async function scoreWithPython(
    raw: RawPredictor,
    chunk: Chunk,
    from: number,
    to: number,
  ): Promise<Frame> {
    const body = toBody(chunk, from, to);
    const { text, rows } = await scoreRaw(raw, { ...body, model, limits });
    checkCount(rows, to - from);
    return parsePredictions(text, to - from);
  }

  async function scoreHere(
    parsed: ParsedPredictor,
    chunk: Chunk,
    from: number,
    to: number,
  ): Promise<Frame> {
    const predicted = await predictRows(parsed, chunk, from, to);
    checkCount(predicted.rows, to - from);
    return toPredictionColumns(predicted.output, to - from);
  }

  function predictRows(
    parsed: ParsedPredictor,
    chunk: Chunk,
    from: number,
    to: number,
  ): Predicted | Promise<Predicted> {
    if (chunk.kind === 'frame') {
      return predictTable(sliceFrame(chunk.frame, from, to), parsed, { model, limits });
    }
    const rows = rowsAsBody(chunk, from, to);
    if (chunk.kind === 'csv') {
      const plain = parsePlainCsv(rows.body, schema);
      if (plain?.rowCount === to - from) {
        if (plain.rowCount === chunk.rowCount) noteWholeRows(chunk);
        return predictTable(plain, parsed, { model, limits });
      }
    }
    checkLines(chunk, from, to);
    return predictInvocation(parsed, { ...rows, model, limits });
  }

  return async (chunk, from, to) => {
    if (predictor.kind === 'raw') checkLines(chunk, from, to);
    return predictor.kind === 'raw'
      ? scoreWithPython(predictor, chunk, from, to)
      : scoreHere(predictor, chunk, from, to);
  };
}

/** Rows of a columnar file as JSON: the types that they lose, MLflow gives them again by the signature. */
function toBody(chunk: Chunk, from: number, to: number) {
  if (chunk.kind !== 'frame') return rowsAsBody(chunk, from, to);
  const records = encodeFrame(sliceFrame(chunk.frame, from, to));
  return {
    contentType: 'application/json',
    body: Buffer.from(`{"dataframe_records": ${records}}`),
  };
}

const BRACE = 0x7b;

function checkLines(chunk: Chunk, from: number, to: number): void {
  if (chunk.kind === 'frame') return;
  const { bytes, starts, headerFields } = chunk;
  if (chunk.kind === 'csv') {
    if (!rowFields(chunk).wideRows.some((row) => row >= from && row < to)) return;
    throw badRequest(`a row has more fields than the ${headerFields} of the header`);
  }
  for (let row = from; row < to; row++) {
    const start = starts[row] as number;
    if (bytes[start] === BRACE && holdsOneValue(bytes, start, starts[row + 1] as number)) continue;
    throw badRequest('a line is not one JSON object; expected an object on each line');
  }
}

/** Rows that make others, or swallow them, are no rows. */
function checkCount(found: number, expected: number): void {
  if (found === expected) return;
  throw badRequest(`${expected} rows were read as ${found}; expected one row on each line`);
}
