import { nsPerUnit } from '../../model/time-units.ts';
import { objectsOf, type Stored, zoned } from './to-storage.ts';

/** pandas' dtypes that keep missing integers and bools as such: `Int64`, `int64[pyarrow]` … */
const NULLABLE_64 = /^(?:U?Int64|u?int64\[pyarrow\])$/;
const NULLABLE_INTEGER = /^U?Int\d+$/;
const NULLABLE_BOOL = /^(?:boolean|bool(?:ean)?\[pyarrow\])$/;
/** Dtypes that are neither numpy's nor text, and that no type of a signature accepts. */
const EXOTIC = /^(?:period|interval|Sparse)\[/;

/**
 * Apply what pandas' metadata says about a column's dtype.
 *
 * Nullable numbers without missing values are what numpy's are to a signature; with missing values,
 * wide integers and bools fit none, and neither do periods and intervals: `category` stands for
 * those, which is refused by name, too.
 *
 * @see pyarrow/pandas_compat.py, `_get_extension_dtypes`, `_add_any_metadata`
 */
export function toPandasDtype(stored: Stored, dtype: string | undefined, hasZone: boolean): Stored {
  if (hasZone && stored.dtype.startsWith('datetime64')) {
    return zoned(stored.data as BigInt64Array, nsPerUnit(stored.dtype) ?? 1n);
  }
  if (dtype === undefined) return stored;
  const isUnfit =
    EXOTIC.test(dtype) ||
    (NULLABLE_64.test(dtype) && stored.dtype === 'float64') ||
    (NULLABLE_BOOL.test(dtype) && stored.dtype === 'object');
  if (isUnfit) return { dtype: 'category', data: objectsOf(stored) };
  return NULLABLE_INTEGER.test(dtype) ? toWidth(stored, dtype.toLowerCase()) : stored;
}

/** Files of the oldest format version hold uint32 as int64. */
function toWidth(stored: Stored, dtype: string): Stored {
  return dtype === 'uint32' && stored.dtype === 'int64'
    ? { dtype, data: Uint32Array.from(stored.data, Number) }
    : stored;
}
