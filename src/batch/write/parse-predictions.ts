import { ServingError } from '../../errors.ts';
import { column, type Frame, frame } from '../../model/frame.ts';
import {
  HAS_FLOAT,
  HAS_INT,
  isPackedNumbers,
  isPackedRecords,
  type JsonValue,
  type PackedNumbers,
  type PackedRecords,
} from '../../model/json-value.ts';
import { type NdArray, ndArray, sizeOf } from '../../model/nd-array.ts';
import { parseJson, parseJsonText } from '../../scoring/json/parse-json.ts';
import { plainValue } from '../../scoring/plain-value.ts';
import { toPredictionColumns } from './to-prediction-columns.ts';

/** An answer is the model's, not a caller's: as deep as Python's encoder goes. */
const MAX_DEPTH = 1000;

/**
 * The answer of a model that speaks for itself, `{"predictions": …}`, as columns of one cell for each row.
 *
 * Types are those of the JSON text: 1 and 1.0 differ, dates and bytes are texts.
 *
 * @throws {ServingError} INTERNAL_ERROR when it is no such answer, or has not one prediction for each row
 */
export function parsePredictions(answer: string | Uint8Array, rowCount: number): Frame {
  const predictions = read(answer);
  return toPredictionColumns(fromPacked(predictions) ?? plainValue(predictions), rowCount);
}

function read(answer: string | Uint8Array): JsonValue {
  let value: JsonValue;
  try {
    const options = { maxDepth: MAX_DEPTH };
    value =
      typeof answer === 'string' ? parseJsonText(answer, options) : parseJson(answer, options);
  } catch (cause) {
    throw noAnswer(cause);
  }
  const predictions = value instanceof Map ? value.get('predictions') : undefined;
  if (predictions === undefined) throw noAnswer();
  return predictions;
}

const noAnswer = (cause?: unknown): ServingError =>
  new ServingError(
    'INTERNAL_ERROR',
    'the model did not answer with {"predictions": …}, which has a prediction for each row; only such answers become columns',
    { cause },
  );

function fromPacked(value: JsonValue): Frame | NdArray | undefined {
  if (isPackedRecords(value)) return frameFromRecords(value);
  return isPackedNumbers(value) ? arrayFromNumbers(value) : undefined;
}

/** @returns undefined when cells are null or of several types */
function arrayFromNumbers({ shape, values, kinds }: PackedNumbers): NdArray | undefined {
  const cells = values.slice(0, sizeOf(shape));
  if (kinds.every((kind) => kind === HAS_FLOAT)) return ndArray('float64', shape, cells);
  if (!kinds.every((kind) => kind === HAS_INT)) return undefined;
  return ndArray('int64', shape, BigInt64Array.from(cells, BigInt));
}

/** @returns undefined when a key has cells that are null or of several types */
function frameFromRecords({ keys, table }: PackedRecords): Frame | undefined {
  const { values, kinds, shape } = table;
  if (!kinds.every((kind) => kind === HAS_FLOAT || kind === HAS_INT)) return undefined;
  const [rowCount = 0] = shape;
  const columns = keys.map((key, at) => {
    const cells = new Float64Array(rowCount);
    for (let row = 0; row < rowCount; row++) cells[row] = values[row * keys.length + at] as number;
    return kinds[at] === HAS_FLOAT
      ? column(key, 'float64', cells)
      : column(key, 'int64', BigInt64Array.from(cells, BigInt));
  });
  return frame(rowCount, columns);
}
