import { isFrame } from '../../model/frame.ts';
import type { ModelOutput } from '../../model/model-output.ts';
import { isNdArray } from '../../model/nd-array.ts';
import { isPackedDicts } from '../../model/packed-dicts.ts';
import { jsonString } from '../../scoring/encode/json-string.ts';
import { encodePredictions } from '../../scoring/encode-predictions.ts';
import type { AnswerPart } from './rows-item.ts';

/**
 * Write what a model returned for some rows as the part of the whole answer that it is.
 *
 * @returns undefined when it is not one list with an entry for each row
 * @throws {ServingError} as `encodePredictions`
 */
export function toAnswerPart(output: ModelOutput, rowCount: number): AnswerPart | undefined {
  const ends = endsOf(output, rowCount);
  if (ends === undefined) return undefined;
  const { open, close } = ends;
  const text = encodePredictions(output, { wrapped: true });
  if (!text.startsWith(open) || !text.endsWith(close)) return undefined;
  return { ...ends, rows: Buffer.from(text.slice(open.length, text.length - close.length)) };
}

function endsOf(output: ModelOutput, rowCount: number): Omit<AnswerPart, 'rows'> | undefined {
  const list = { open: '{"predictions": [', close: ']}' };
  if (isFrame(output)) {
    if (output.rowCount !== rowCount || output.columns.length === 0) return undefined;
    const columns = output.columns.map(({ label, dtype, data }) => [
      `${typeof label} ${label}`,
      dtype,
      isPackedDicts(data) ? data.keys : [],
    ]);
    return { ...list, shape: JSON.stringify(columns) };
  }
  if (isNdArray(output)) {
    const [rows, ...inner] = output.shape;
    return rows === rowCount
      ? { ...list, shape: JSON.stringify([output.dtype, ...inner]) }
      : undefined;
  }
  if (!(output instanceof Map) || output.size !== 1) return undefined;
  const [[name, value]] = [...output] as [[string, ModelOutput]];
  if (!isNdArray(value)) return undefined;
  const ends = endsOf(value, rowCount);
  return ends && { ...ends, open: `{"predictions": {${jsonString(name)}: [`, close: ']}}' };
}
