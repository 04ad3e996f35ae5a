import { joinTexts } from './join-texts.ts';

/** One text for each row that is kept, its line end included. */
export interface RowTails {
  readonly bytes: Uint8Array;
  /** Shapes: [rows]; row i ends before `ends[i]`. */
  readonly ends: Uint32Array;
}

/** Tails as bytes. */
export function encodeTails(rowCount: number, tailOf: (row: number) => string): RowTails {
  const ends = new Uint32Array(rowCount);
  let end = 0;
  const bytes = joinTexts(rowCount, (tails, row) => {
    const tail = tailOf(row);
    end += isAscii(tail) ? tail.length : Buffer.byteLength(tail);
    ends[row] = end;
    return tails + tail;
  });
  return { bytes, ends };
}

/** Asked of short texts, for which it is faster than to count their bytes. */
function isAscii(text: string): boolean {
  if (text.length > 64) return false;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}
