import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import { isPackedDicts } from '../../model/packed-dicts.ts';
import type { ColSpec, Schema } from '../../model/signature.ts';
import { parseCsv } from '../../scoring/csv/parse-csv.ts';
import type { Chunk, TextChunk } from '../chunk.ts';
import { columnsFromDicts } from './columns-from-list.ts';
import { parseJsonRow } from './parse-json-row.ts';
import { takeRows } from './take-rows.ts';

/**
 * Some rows of a chunk as columns, for an output of another format.
 *
 * Columns of CSV that the model's signature knows have its types, all others are texts as they stand: types that were guessed
 * could differ from chunk to chunk, and `0012` would become 12. JSON keeps its own types.
 *
 * Shapes: `rows` are places in the chunk, ascending.
 *
 * @throws {ServingError} BAD_REQUEST for a line of JSON that is no object
 */
export function inputFrame(chunk: Chunk, rows: Uint32Array, schema: Schema | undefined): Frame {
  switch (chunk.kind) {
    case 'frame':
      return takeRows(chunk.kept ?? chunk.frame, rows);
    case 'csv':
      return csvFrame(chunk, rows, schema);
    case 'jsonl':
      return frame(
        rows.length,
        columnsFromDicts(Array.from(rows, (row) => parseJsonRow(chunk, row))),
      );
  }
}

function csvFrame(chunk: TextChunk, rows: Uint32Array, schema: Schema | undefined): Frame {
  const { header, bytes, starts } = chunk;
  const names = parseCsv(header, undefined).columns.map(({ label }) => String(label));
  const known = new Map(
    schema?.kind === 'columns' ? schema.inputs.map((spec) => [spec.name, spec]) : [],
  );
  const inputs = names.map((name): ColSpec => {
    const type = known.get(name)?.type ?? 'string';
    return { name, type: CSV_TYPES.has(type) ? type : 'string', required: true };
  });
  const kept =
    rows.length === chunk.rowCount
      ? [bytes]
      : Array.from(rows, (row) => bytes.subarray(starts[row], starts[row + 1]));
  const read = parseCsv(Buffer.concat([header, ...kept]), { kind: 'columns', inputs });
  return frame(read.rowCount, read.columns.map(withNulls));
}

/** pandas says of a text that is missing that it is no number. */
function withNulls(texts: Column): Column {
  if (texts.dtype !== 'object' || isPackedDicts(texts.data)) return texts;
  const cells = texts.data.map((cell) => (typeof cell === 'number' ? null : cell));
  return column(texts.label, 'object', cells);
}

/** What CSV can hold as such. */
const CSV_TYPES: ReadonlySet<ColSpec['type']> = new Set([
  'boolean',
  'integer',
  'long',
  'float',
  'double',
]);
