import { badRequest, type ServingError } from '../../errors.ts';
import type { PyDict } from '../../model/py-value.ts';
import { parseJson } from '../../scoring/json/parse-json.ts';
import { plainValue } from '../../scoring/plain-value.ts';
import type { TextChunk } from '../chunk.ts';

/** As deep as Python reads. */
const MAX_DEPTH = 1000;

/**
 * One line of a JSON Lines chunk.
 *
 * @throws {ServingError} BAD_REQUEST when it is no object
 */
export function parseJsonRow(chunk: TextChunk, row: number): PyDict {
  const { bytes, starts } = chunk;
  const line = bytes.subarray(starts[row], starts[row + 1]);
  const value = plainValue(parseJson(line, { maxDepth: MAX_DEPTH }));
  if (value instanceof Map) return value;
  throw noObject(chunk, row);
}

export const noObject = ({ firstRow }: TextChunk, row: number): ServingError =>
  badRequest(
    `row ${firstRow + row} is no JSON object, so that its columns have no names; expected {"name": value, …} on each line, or an output without the input's columns`,
  );
