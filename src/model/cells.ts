import { type Datetime, NAT } from './datetime.ts';
import type { Dtype, Storage } from './dtype.ts';
import type { ColumnOf } from './frame.ts';
import { isPackedDicts, type PackedDicts } from './packed-dicts.ts';
import type { PyDict, PyValue } from './py-value.ts';
import { nsPerUnit } from './time-units.ts';

/**
 * One stored cell as the Python object that `astype(object)` makes of it.
 *
 * Units: datetime64 of any unit becomes a timestamp in nanoseconds since 1970.
 */
export function cellAt(dtype: Dtype, data: Storage, index: number): PyValue {
  if (dtype === 'bool') return data[index] === 1;
  const cell = data[index] as PyValue;
  if (isDatetimeDtype(dtype)) return timestamp(cell as bigint, dtype);
  return isIntegerDtype(dtype) ? BigInt(cell as number | bigint) : cell;
}

/** All cells of a column as Python objects, unpacking packed dicts. */
export function objectCells(dtype: Dtype, data: ColumnOf<'object'>['data'] | Storage): PyValue[] {
  if (isPackedDicts(data)) return unpackDicts(data);
  if (dtype === 'object' || dtype === 'category' || dtype === 'str' || dtype === 'bytes') {
    return data as PyValue[];
  }
  return Array.from({ length: data.length }, (_, index) => cellAt(dtype, data, index));
}

export const isDatetimeDtype = (dtype: Dtype): boolean => dtype.startsWith('datetime64');

export const isIntegerDtype = (dtype: Dtype): boolean =>
  dtype.startsWith('int') || dtype.startsWith('uint');

export const isFloatDtype = (dtype: Dtype): boolean => dtype.startsWith('float');

function timestamp(count: bigint, dtype: Dtype): Datetime {
  const ns = count === NAT ? NAT : count * (nsPerUnit(dtype) ?? 1n);
  return dtype === 'datetime64[tz]'
    ? { kind: 'timestamp', ns, offsetMinutes: 0 }
    : { kind: 'timestamp', ns };
}

function unpackDicts({ keys, values }: PackedDicts): PyDict[] {
  const rows = values.shape[0] ?? 0;
  return Array.from(
    { length: rows },
    (_, row) =>
      new Map(
        keys.map((key, k) => [key, cellAt(values.dtype, values.data, row * keys.length + k)]),
      ),
  );
}
