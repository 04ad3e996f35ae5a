import { badRequest, type ServingError } from '../../../errors.ts';
import type { Column } from '../../../model/frame.ts';
import type { NdArray } from '../../../model/nd-array.ts';

/** What stands for cells that are no text; absent: they are refused. */
export interface TextStandIns {
  /** For None, and for NaN unless that has its own. */
  readonly missing?: string | undefined;
  readonly nan?: string | undefined;
  /** For numbers and booleans. */
  readonly other?: string | undefined;
}

/**
 * The cells of a column or an array as text for ORT.
 *
 * @throws {ServingError} BAD_REQUEST for cells that are no text, and for text that ORT would change:
 *   with NUL or half a surrogate pair
 */
export function textCells(
  { dtype, data }: Column | NdArray,
  { missing, nan = missing, other }: TextStandIns,
  where: string,
): readonly string[] {
  if ((dtype !== 'object' && dtype !== 'str') || !Array.isArray(data)) {
    throw badRequest(`${where}: the model takes text, the request gave ${dtype}`);
  }
  const texts = new Array<string>(data.length);
  for (let row = 0; row < data.length; row++) {
    const cell = data[row];
    if (typeof cell === 'string') {
      if (cell.includes('\0') || !cell.isWellFormed()) throw badText(where, row);
      texts[row] = cell;
    } else if (missing !== undefined && cell === null) texts[row] = missing;
    else if (Number.isNaN(cell)) texts[row] = standIn(nan, where, row);
    else if (other !== undefined && isScalar(cell)) texts[row] = other;
    else throw noText(where, row);
  }
  return texts;
}

function standIn(text: string | undefined, where: string, row: number): string {
  if (text === undefined) throw noText(where, row);
  return text;
}

const isScalar = (cell: unknown): boolean => ['number', 'bigint', 'boolean'].includes(typeof cell);

const noText = (where: string, row: number): ServingError =>
  badRequest(`${where}, row ${row}: the model takes text`);

const badText = (where: string, row: number): ServingError =>
  badRequest(
    `${where}, row ${row}: text with a NUL character or half a surrogate pair cannot be passed on`,
  );
