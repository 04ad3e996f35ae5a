import { isDatetimeDtype, objectCells } from '../../model/cells.ts';
import { NAT } from '../../model/datetime.ts';
import type { Dtype } from '../../model/dtype.ts';
import { type Column, column } from '../../model/frame.ts';
import { INT64_MAX, INT64_MIN } from '../../model/int64.ts';
import type { ScalarType } from '../../model/signature.ts';
import { nsPerUnit } from '../../model/time-units.ts';
import { castStorage } from '../array/cast-storage.ts';
import { CastError } from '../cast-error.ts';
import { datetimesFromObjects } from '../dates/datetimes-from-objects.ts';
import { inferColumn } from '../frame/infer-column.ts';
import { toNumeric } from '../frame/to-numeric.ts';

/** What each type turns into, and which dtypes widen to it without loss by MLflow's reckoning. */
const TARGETS: Partial<
  Record<ScalarType, { readonly dtype: Dtype; readonly widens: ReadonlySet<Dtype> }>
> = {
  boolean: { dtype: 'bool', widens: new Set() },
  integer: { dtype: 'int32', widens: new Set<Dtype>(['int8', 'int16', 'uint8', 'uint16']) },
  long: {
    dtype: 'int64',
    widens: new Set<Dtype>(['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32']),
  },
  float: { dtype: 'float32', widens: new Set<Dtype>(['float16']) },
  double: {
    dtype: 'float64',
    widens: new Set<Dtype>([
      'float16',
      'float32',
      'int8',
      'int16',
      'int32',
      'uint8',
      'uint16',
      'uint32',
    ]),
  },
};

/**
 * The strict step for one column: keep what fits the type, widen what may be widened.
 *
 * @throws {CastError} for every other dtype
 * @see mlflow/models/utils.py, `_enforce_mlflow_datatype`
 */
export function enforceColumn(input: Column, type: ScalarType, nowMs?: number): Column {
  if (type === 'string' || type === 'binary') {
    if (input.dtype === 'object') return input;
    if (input.dtype === 'bytes' && type === 'binary') {
      return column(input.label, 'object', objectCells(input.dtype, input.data));
    }
    throw new CastError(`cells of type ${type}, not of dtype ${input.dtype}`);
  }
  const values = input.dtype === 'object' ? inferObjects(input) : input;
  if (type === 'datetime') return enforceDatetime(values, nowMs);
  if (values.dtype === 'object' && type === 'boolean') return values;
  if (values.dtype === 'object' && type === 'double') {
    return toNumeric(values.label, objectCells('object', values.data));
  }
  return enforceNumber(values, type);
}

function enforceNumber(values: Column, type: ScalarType): Column {
  const { label, dtype, data } = values;
  const target = TARGETS[type];
  if (target === undefined) throw new Error(`no numeric type: ${type}`);
  if (dtype === target.dtype) return values;
  const isZeroOrOne =
    dtype === 'int64' &&
    (type === 'float' || type === 'double') &&
    (data as BigInt64Array).every((cell) => cell === 0n || cell === 1n);
  if (!target.widens.has(dtype) && !isZeroOrOne) {
    const hint = dtype === 'float64' && target.dtype.startsWith('int') ? missingHint(data) : '';
    throw new CastError(`cells that convert safely to ${type}, not of dtype ${dtype}${hint}`);
  }
  return column(label, target.dtype, castStorage(dtype, data as never, target.dtype) as never);
}

const missingHint = (data: Column['data']): string =>
  (data as Float64Array).some((cell) => Number.isNaN(cell))
    ? ' (an integer column cannot have missing values; declare it as double)'
    : '';

/** pandas' `infer_objects`: Python objects that are all numbers, bools or dates get a dtype. */
function inferObjects(input: Column): Column {
  const cells = objectCells(input.dtype, input.data);
  return inferColumn(input.label, cells);
}

function enforceDatetime(values: Column, nowMs: number | undefined): Column {
  const { label, dtype, data } = values;
  if (dtype === 'object') {
    const parsed = datetimesFromObjects(label, objectCells(dtype, data), 'datetime64[ns]', nowMs);
    if (parsed.dtype === 'datetime64[tz]') throw new CastError('dates without a zone');
    return parsed;
  }
  if (dtype === 'datetime64[tz]') throw new CastError('dates without a zone');
  if (!isDatetimeDtype(dtype)) throw new CastError(`dates, not cells of dtype ${dtype}`);
  if (dtype === 'datetime64[ns]') return values;
  const counts = data as BigInt64Array;
  const factor = nsPerUnit(dtype) ?? 1n;
  const row = counts.findIndex(
    (count) => count !== NAT && (count * factor < INT64_MIN || count * factor > INT64_MAX),
  );
  if (row >= 0) throw new CastError('dates between the years 1678 and 2261', row);
  return column(
    label,
    'datetime64[ns]',
    castStorage(dtype, counts, 'datetime64[ns]') as BigInt64Array,
  );
}
