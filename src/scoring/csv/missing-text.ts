/** What pandas reads as missing, besides an empty cell. @see pandas/_libs/parsers.pyx, `STR_NA_VALUES` */
const MISSING_TEXTS = [
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
];

/** The texts by their first byte, as bytes. */
const BY_FIRST_BYTE = Array.from({ length: 256 }, (_, byte): readonly Uint8Array[] =>
  MISSING_TEXTS.filter((text) => text.charCodeAt(0) === byte).map((text) =>
    new TextEncoder().encode(text),
  ),
);

/** Whether pandas reads the text of a cell as a missing value. */
export function isMissing(texts: Uint8Array, start: number, end: number): boolean {
  if (start === end) return true;
  const candidates = BY_FIRST_BYTE[texts[start] as number] as readonly Uint8Array[];
  for (const candidate of candidates) {
    if (candidate.length !== end - start) continue;
    let at = 1;
    while (at < candidate.length && candidate[at] === texts[start + at]) at++;
    if (at === candidate.length) return true;
  }
  return false;
}
