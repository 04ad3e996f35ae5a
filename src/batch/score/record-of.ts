import type { PyValue } from '../../model/py-value.ts';
import { encodeFrame } from '../../scoring/encode/encode-frame.ts';
import { parseJson } from '../../scoring/json/parse-json.ts';
import { plainValue } from '../../scoring/plain-value.ts';
import type { Chunk, TextChunk } from '../chunk.ts';
import { rowFields } from '../row-fields.ts';
import { inputFrame } from '../write/input-frame.ts';

const MAX_DEPTH = 500;

/** A row as it stood, for the errors file: an object by column name; the line's text where it is no row of these columns. */
export function recordOf(chunk: Chunk, row: number): unknown {
  try {
    if (chunk.kind === 'jsonl') return toPlain(plainValue(parseJson(lineOf(chunk, row), LIMITS)));
    if (chunk.kind === 'csv' && rowFields(chunk).wideRows.includes(row)) return textOf(chunk, row);
    const [record] = plainValue(
      parseJson(
        Buffer.from(encodeFrame(inputFrame(chunk, Uint32Array.of(row), undefined))),
        LIMITS,
      ),
    ) as PyValue[];
    return toPlain(record ?? null);
  } catch {
    return chunk.kind === 'frame' ? null : textOf(chunk, row); // why it cannot be read stands beside it
  }
}

const LIMITS = { maxDepth: MAX_DEPTH };

const lineOf = ({ bytes, starts }: TextChunk, row: number): Uint8Array =>
  bytes.subarray(starts[row], starts[row + 1]);

const textOf = (chunk: TextChunk, row: number): string =>
  Buffer.from(lineOf(chunk, row)).toString('utf8').trimEnd();

function toPlain(value: PyValue): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(Array.from(value, ([key, cell]) => [key, toPlain(cell)]));
}
