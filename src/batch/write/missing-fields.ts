import type { TextChunk } from '../chunk.ts';
import { rowFields } from '../row-fields.ts';
import { countFields, recordEnd } from './csv-lines.ts';

/**
 * Commas that stand for the fields that records leave out at their ends: pandas reads those as missing, and what is
 * appended must not slip into their place. No record that was scored has more fields than the header.
 *
 * Shapes: `rows` and `rowEnds` are [N]; the result is a function of their index.
 */
export function missingFields(
  chunk: TextChunk,
  rows: Uint32Array,
  rowEnds: Uint32Array,
): (at: number) => string {
  if (!rowFields(chunk).hasShortRows) return () => '';
  const { header, bytes, starts } = chunk;
  const count = (at: number) => {
    const start = starts[rows[at] as number] as number;
    return countFields(bytes, start, rowEnds[at] as number);
  };
  const width = countFields(header, 0, recordEnd(header, 0, header.length));
  return (at) => ','.repeat(Math.max(0, width - count(at)));
}
