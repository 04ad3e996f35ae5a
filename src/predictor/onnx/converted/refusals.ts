import { badRequest } from '../../../errors.ts';
import type { ConversionRefusal } from '../../../model/conversion.ts';
import type { NumericCells } from './numeric-cells.ts';

/** From here on float64 rounds to an infinite float32: half a step above the largest finite one. */
const FLOAT32_LIMIT = 2 ** 128 - 2 ** 103;

/** What the original refuses in one column. */
export interface CellCheck {
  readonly hasNan: boolean;
  readonly hasInfinite: boolean;
  /** Finite numbers of this size and more; Infinity: none. */
  readonly limit: number;
  /** Texts and numbers that it knows; undefined: any. */
  readonly known: ReadonlySet<unknown> | undefined;
}

/**
 * Sort the refusals by column.
 *
 * @returns what to check in a column known by any of these names; undefined: nothing
 */
export function compileRefusals(
  refuses: readonly ConversionRefusal[],
): (...names: readonly string[]) => CellCheck | undefined {
  if (refuses.length === 0) return () => undefined;
  return (...names) => {
    const own = refuses.filter(({ column }) => column === '*' || names.includes(column));
    const has = (wanted: ConversionRefusal['when']) => own.some(({ when }) => when === wanted);
    if (own.length === 0) return undefined;
    return {
      hasNan: has('nan'),
      hasInfinite: has('infinite'),
      limit: Math.min(has('beyond-float32') ? FLOAT32_LIMIT : Infinity, ...own.map(limitOf)),
      known: has('unknown') ? new Set(own.flatMap(({ values = [] }) => values)) : undefined,
    };
  };
}

const limitOf = ({ when, limit = Infinity }: ConversionRefusal): number =>
  when === 'beyond' ? limit : Infinity;

/**
 * Check the numbers at positions first, first + step, … of `cells`.
 *
 * One comparison for each cell, nothing for columns of integers without a list of known ones.
 *
 * @throws {ServingError} BAD_REQUEST naming column and row, as where the original raises
 */
export function checkNumbers(
  check: CellCheck,
  cells: NumericCells,
  first: number,
  step: number,
  where: string,
): void {
  const { hasNan, hasInfinite, limit, known } = check;
  if (hasNan || hasInfinite || limit < Infinity) {
    let at = findOdd(cells, limit, first, step);
    for (; at < cells.length; at = findOdd(cells, limit, at + step, step)) {
      const cell = cells[at] as number;
      const row = (at - first) / step;
      if (Number.isNaN(cell)) {
        if (hasNan) throw refused(where, row, 'no missing value or NaN');
      } else if (!Number.isFinite(cell)) {
        if (hasInfinite) throw refused(where, row, 'no infinite number');
      } else throw refused(where, row, beyond(limit));
    }
  }
  if (known === undefined) return;
  for (let at = first; at < cells.length; at += step) {
    if (known.has(Number(cells[at]))) continue;
    // A missing value is for `nan` to judge.
    if (!hasNan && Number.isNaN(cells[at])) continue;
    throw refused(where, (at - first) / step, 'only the values it was trained on');
  }
}

/** Where the next number stands that is not below the limit in size, NaN included; the length: nowhere. */
function findOdd(cells: NumericCells, limit: number, first: number, step: number): number {
  if (cells instanceof Float64Array) return findOddDouble(cells, limit, first, step);
  if (!(cells instanceof Float32Array || cells instanceof Float16Array)) return cells.length;
  let at = first;
  while (at < cells.length && Math.abs(cells[at] as number) < limit) at += step;
  return Math.min(at, cells.length);
}

/** For float64 alone, so that the usual frame runs monomorphic code. */
function findOddDouble(cells: Float64Array, limit: number, first: number, step: number): number {
  const { length } = cells;
  let at = first;
  while (at < length && Math.abs(cells[at] as number) < limit) at += step;
  return Math.min(at, length);
}

/** @throws {ServingError} BAD_REQUEST naming column and row of a text that the original does not know */
export function checkTexts(
  { known }: CellCheck,
  texts: readonly string[],
  missing: string | undefined,
  where: string,
  nan: string | undefined = missing,
): void {
  if (known === undefined) return;
  const row = texts.findIndex((text) => !known.has(text) && text !== missing && text !== nan);
  if (row >= 0) throw refused(where, row, 'only the values it was trained on');
}

const beyond = (limit: number): string =>
  limit === FLOAT32_LIMIT
    ? 'no number beyond the range of float32'
    : `no number of ${limit} and more`;

const refused = (where: string, row: number, what: string) =>
  badRequest(`${where}, row ${row}: the model takes ${what}`);
