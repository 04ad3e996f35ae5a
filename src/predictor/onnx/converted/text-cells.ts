import { badRequest, type ServingError } from '../../../errors.ts';
import type { Column } from '../../../model/frame.ts';
import type { NdArray } from '../../../model/nd-array.ts';

/**
 * The cells of a column or an array as text for ORT.
 *
 * @param missing what stands for None and NaN; undefined: they are refused
 * @param nan what stands for NaN, when that is something else
 * @throws {ServingError} BAD_REQUEST for cells that are no text, and for text that ORT would change:
 *   with NUL or half a surrogate pair
 */
export function textCells(
  { dtype, data }: Column | NdArray,
  missing: string | undefined,
  where: string,
  nan: string | undefined = missing,
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
    else if (nan !== undefined && Number.isNaN(cell)) texts[row] = nan;
    else throw noText(where, row);
  }
  return texts;
}

const noText = (where: string, row: number): ServingError =>
  badRequest(`${where}, row ${row}: the model takes text`);

const badText = (where: string, row: number): ServingError =>
  badRequest(
    `${where}, row ${row}: text with a NUL character or half a surrogate pair cannot be passed on`,
  );
