import { HAS_INT } from '../../model/json-value.ts';
import { toInt64 } from '../packed/to-int64.ts';
import type { CsvDtype } from './csv-dtypes.ts';
import type { CsvCells } from './infer-cells.ts';
import {
  HAS_DECIMAL,
  HAS_INTEGER,
  HAS_MISSING,
  HAS_OTHER,
  type PlainTable,
} from './read-plain-table.ts';

/** What a column of plain numbers becomes; `filled`: floats of integers beside missing cells, where -0 is 0. */
type PlainDtype = 'float64' | 'float32' | 'int64' | 'filled';

/**
 * The columns of a plain table as the dtypes that the parser is told, or else as pandas infers them.
 *
 * Shapes: `dtypes` and the result have one entry a column; columns are [rowCount].
 *
 * @returns undefined when the general reader must decide about one of them
 */
export function plainColumns(
  table: PlainTable,
  dtypes: readonly (CsvDtype | undefined)[],
): CsvCells[] | undefined {
  const wanted: PlainDtype[] = [];
  for (let at = 0; at < table.width; at++) {
    const dtype = plainDtype(dtypes[at], table.kinds[at] as number);
    if (dtype === undefined) return undefined;
    wanted.push(dtype);
  }
  const columns = wanted.map((dtype, at) => storageOf(dtype, table, at));
  spreadFloats(table, columns);
  wanted.forEach((dtype, at) => {
    if (dtype === 'filled') withoutNegativeZero((columns[at] as CsvCells).data as Float64Array);
  });
  return columns;
}

function plainDtype(dtype: CsvDtype | undefined, kinds: number): PlainDtype | undefined {
  switch (dtype) {
    case 'float64':
    case 'float32':
      return dtype;
    case 'int64':
      return kinds === HAS_INTEGER ? 'int64' : undefined;
    case undefined:
      if ((kinds & HAS_OTHER) !== 0) return undefined;
      if ((kinds & HAS_DECIMAL) !== 0) return 'float64';
      return (kinds & HAS_MISSING) !== 0 ? 'filled' : 'int64';
    default:
      return undefined;
  }
}

function storageOf(
  dtype: PlainDtype,
  { rowCount, width, values }: PlainTable,
  at: number,
): CsvCells {
  switch (dtype) {
    case 'int64': {
      const strided = { values, first: at, step: width, rowCount, kinds: HAS_INT };
      return { dtype, data: toInt64(strided) as BigInt64Array };
    }
    case 'float32':
      return { dtype, data: new Float32Array(rowCount) };
    default:
      return { dtype: 'float64', data: new Float64Array(rowCount) };
  }
}

/** Rows that are spread at once: their cells stay in the processor's nearest memory meanwhile. */
const TILE_CELLS = 4096;

function spreadFloats({ rowCount, width, values }: PlainTable, columns: readonly CsvCells[]): void {
  const tileRows = Math.max(1, Math.floor(TILE_CELLS / width));
  for (let row = 0; row < rowCount; row += tileRows) {
    const end = Math.min(rowCount, row + tileRows);
    for (let at = 0; at < width; at++) {
      const { dtype, data } = columns[at] as CsvCells;
      if (dtype !== 'float64' && dtype !== 'float32') continue;
      spread(values, { first: at, step: width }, data, { start: row, end });
    }
  }
}

function spread(
  from: Float64Array,
  { first, step }: { readonly first: number; readonly step: number },
  to: Float64Array | Float32Array,
  { start, end }: { readonly start: number; readonly end: number },
): void {
  for (let row = start, at = first + start * step; row < end; row++, at += step) {
    to[row] = from[at] as number;
  }
}

/** pandas makes these floats of integers, which have one zero. */
function withoutNegativeZero(data: Float64Array): void {
  for (let row = 0; row < data.length; row++) data[row] = (data[row] as number) + 0;
}
