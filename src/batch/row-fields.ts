import { NO_CELLS } from '../scoring/csv/cells.ts';
import { COMMA, CR, createCsvSource, LF, QUOTE } from '../scoring/csv/csv-source.ts';
import { readFields } from '../scoring/csv/read-fields.ts';
import type { TextChunk } from './chunk.ts';

/** How the rows of a CSV chunk compare with the header. */
export interface RowFields {
  /**
   * Places of rows with more fields than the header has, ascending. Alone, or first of a body, such a row
   * would turn the fields in front into an index; in the middle of one it is refused.
   */
  readonly wideRows: readonly number[];
  /** Whether a row has fewer. */
  readonly hasShortRows: boolean;
}

const WHOLE: RowFields = { wideRows: [], hasShortRows: false };
const KNOWN = new WeakMap<TextChunk, RowFields>();

/** Counted once, when somebody asks; most chunks are read without. */
export function rowFields(chunk: TextChunk): RowFields {
  const known = KNOWN.get(chunk) ?? countRows(chunk);
  KNOWN.set(chunk, known);
  return known;
}

/** Whoever has read the rows says that each has as many fields as the header. */
export const noteWholeRows = (chunk: TextChunk): void => void KNOWN.set(chunk, WHOLE);

function countRows({ bytes, starts, rowCount, header, ...chunk }: TextChunk): RowFields {
  const headerFields = chunk.headerFields ?? countFields(header, 0);
  const wideRows: number[] = [];
  let hasShortRows = false;
  for (let row = 0; row < rowCount; row++) {
    const fields = countFields(bytes, starts[row] as number);
    if (fields > headerFields) wideRows.push(row);
    if (fields < headerFields) hasShortRows = true;
  }
  return { wideRows, hasShortRows };
}

/** Commas, unless there is a quote: then the reader of request bodies knows what is text. */
function countFields(bytes: Uint8Array, start: number): number {
  let fields = 1;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte > COMMA) continue;
    if (byte === COMMA) fields++;
    else if (byte === LF || byte === CR) break;
    else if (byte === QUOTE) return countQuoted(bytes, start);
  }
  return fields;
}

/** A quote that is not closed by the end of the file makes one field of all that is left. */
function countQuoted(bytes: Uint8Array, start: number): number {
  const source = createCsvSource(bytes);
  source.position = start;
  try {
    return readFields(source, NO_CELLS, 0, 0);
  } catch {
    return 1;
  }
}
