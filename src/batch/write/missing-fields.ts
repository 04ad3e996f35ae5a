import { COMMA, QUOTE } from '../../scoring/csv/csv-source.ts';
import type { TextChunk } from '../chunk.ts';
import { countFields, recordEnd } from './csv-lines.ts';

/**
 * Commas that stand for the fields that records leave out at their ends: pandas reads those as missing, and what is
 * appended must not slip into their place. No record that was scored has more fields than the header.
 *
 * Shapes: `rows` and `rowEnds` are [N]; the result is a function of their index.
 */
export function missingFields(
  { header, bytes, starts, hasShortRows }: TextChunk,
  rows: Uint32Array,
  rowEnds: Uint32Array,
): (at: number) => string {
  if (hasShortRows === false) return () => '';
  const count = (at: number) => {
    const start = starts[rows[at] as number] as number;
    return countFields(bytes, start, rowEnds[at] as number);
  };
  const width = countFields(header, 0, recordEnd(header, 0, header.length));
  const isWhole = rows.length === starts.length - 1;
  if (isWhole && countCommas(bytes) === rows.length * (width - 1)) return () => '';
  return (at) => ','.repeat(Math.max(0, width - count(at)));
}

/**
 * Of a text without quotes. No record has more fields than it may, so that their sum says whether one has fewer.
 *
 * @returns -1 where commas may be text
 */
function countCommas(bytes: Uint8Array): number {
  if (bytes.includes(QUOTE)) return -1;
  let commas = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === COMMA) commas++;
  return commas;
}
