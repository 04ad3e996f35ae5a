import { COMMA, CR, LF, QUOTE } from '../../scoring/csv/csv-source.ts';
import type { CutRow } from './row-cutter.ts';

/**
 * The record that starts at `from`, when it is a line like most: no blank in front, no quote, and an end that is here.
 *
 * One look at each byte finds its end and its fields, in a sixth of the time that reading its fields takes; `createPlainRecords`
 * finds its end alone, faster still.
 *
 * @returns undefined for every other one: the reader of request bodies knows what it is
 */
export function plainRecord(bytes: Uint8Array, from: number): CutRow | undefined {
  if (!((bytes[from] as number) > COMMA)) return undefined;
  let fields = 1;
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte > COMMA) continue;
    if (byte === COMMA) fields++;
    else if (byte === LF) return { start: from, end: at + 1, fields };
    else if (byte === CR && bytes[at + 1] === LF) return { start: from, end: at + 2, fields };
    else if (byte === CR || byte === QUOTE) return undefined;
  }
  return undefined;
}
