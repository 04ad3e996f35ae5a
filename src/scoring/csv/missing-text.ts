import { asciiText } from './csv-number.ts';

/** What pandas reads as missing, besides an empty cell. @see pandas/_libs/parsers.pyx, `STR_NA_VALUES` */
const MISSING_TEXTS = new Set([
  '-1.#IND',
  '1.#QNAN',
  '1.#IND',
  '-1.#QNAN',
  '#N/A N/A',
  '#N/A',
  'N/A',
  'n/a',
  'NA',
  '<NA>',
  '#NA',
  'NULL',
  'null',
  'NaN',
  '-NaN',
  'nan',
  '-nan',
  'None',
]);

const LONGEST = 8;
const FIRST_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  [...MISSING_TEXTS].some((text) => text.charCodeAt(0) === byte) ? 1 : 0,
);

/** Whether pandas reads the text of a cell as a missing value. */
export function isMissing(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return true;
  if (FIRST_BYTES[bytes[start] as number] === 0 || end - start > LONGEST) return false;
  return MISSING_TEXTS.has(asciiText(bytes, start, end));
}
