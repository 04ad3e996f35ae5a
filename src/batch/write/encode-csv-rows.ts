import { parseCsv } from '../../scoring/csv/parse-csv.ts';
import type { TextChunk } from '../chunk.ts';
import type { ScoredChunk } from '../scored-chunk.ts';
import { acceptedRows } from './accepted-rows.ts';
import { appendToRows } from './append-to-rows.ts';
import { freeName, namedColumns } from './column-names.ts';
import { csvCellText, csvText } from './csv-cell.ts';
import { lineEndOf, recordEnd } from './csv-lines.ts';
import { knownColumns } from './known-columns.ts';
import { missingFields } from './missing-fields.ts';
import type { TextPiece } from './text-piece.ts';

/**
 * The rows of a CSV chunk as they stand, predictions appended as further fields; lines end as the header's does.
 *
 * @throws {ServingError} INTERNAL_ERROR for predictions that text cannot hold
 */
export function encodeCsvRows(chunk: TextChunk, scored: ScoredChunk): TextPiece {
  const { bytes, header, starts } = chunk;
  const rows = acceptedRows(scored);
  const rowEnds = new Uint32Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    rowEnds[at] = recordEnd(bytes, starts[row] as number, starts[row + 1] as number);
  }
  const missing = missingFields(chunk, rows, rowEnds);
  const lineEnd = lineEndOf(header);
  const predictions = namedColumns(knownColumns(scored.predictions));
  const cellTexts = predictions.map(({ column: cells }) => csvCellText(cells));
  const taken = new Set(parseCsv(header, undefined).columns.map(({ label }) => label));
  const names = predictions.map(({ name }) => csvText(freeName(name, (other) => taken.has(other))));
  return {
    kind: 'text',
    header: Buffer.concat([
      header.subarray(0, recordEnd(header, 0, header.length)),
      Buffer.from(`,${names.join(',')}${lineEnd}`),
    ]),
    isGuess: scored.predictions.columns.length === 0,
    lines: appendToRows(chunk, { rows, rowEnds }, (out, row) => {
      out.write(missing(row));
      for (const cellText of cellTexts) {
        out.write(',');
        out.write(cellText(row));
      }
      out.write(lineEnd);
    }),
  };
}
