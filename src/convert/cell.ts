import { pythonFloat } from '../model/python-float.ts';

/**
 * One value of a row as JSON tells it: `number` is a float and `bigint` an int, so that `1.0` and `1` stay what they
 * are. A list is what a tensor has for one row.
 */
export type Cell = null | boolean | number | bigint | string | readonly Cell[];

/** The cell as Python's json module writes it; NaN and Infinity as MLflow reads them. */
export function cellJson(cell: Cell): string {
  if (typeof cell === 'number') return pythonFloat(cell);
  if (typeof cell === 'bigint') return `${cell}`;
  if (cell === null || typeof cell !== 'object') return JSON.stringify(cell);
  return `[${cell.map(cellJson).join(',')}]`;
}

/** The cell as pandas' `to_csv` writes it: nothing for null and NaN. */
export function cellCsv(cell: Cell): string {
  if (cell === null || (typeof cell === 'number' && Number.isNaN(cell))) return '';
  if (typeof cell === 'string') return csvText(cell);
  if (typeof cell === 'boolean') return cell ? 'True' : 'False';
  if (typeof cell === 'number' && !Number.isFinite(cell)) return cell > 0 ? 'inf' : '-inf';
  return cellJson(cell);
}

export const csvText = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
