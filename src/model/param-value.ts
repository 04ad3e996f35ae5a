import { END_DATE_NS, FIRST_DATE_NS } from './calendar.ts';
import { type Datetime, NAT } from './datetime.ts';
import { parseIsoDatetime } from './iso-datetime.ts';
import type { JsonValue } from './json-value.ts';
import type { PyValue } from './py-value.ts';
import type { ScalarType } from './signature.ts';

/** Either the value a model gets, or why the value was refused. */
export type ParamResult = { readonly value: PyValue } | { readonly problem: string };

const refused = (problem: string): ParamResult => ({ problem });

/**
 * Check and convert one scalar param, sent or default. null passes every type.
 *
 * `float` and `double` take ints as well; nothing else is converted, and no range is checked.
 *
 * @param nowMs what the datetime `now` means, ms since 1970
 * @see mlflow/models/utils.py, `_enforce_param_datatype`
 */
export function paramScalar(value: JsonValue, type: ScalarType, nowMs?: number): ParamResult {
  if (value === null) return { value };
  switch (type) {
    case 'datetime':
      return paramDatetime(value, nowMs);
    case 'boolean':
      return typeof value === 'boolean' ? { value } : refused('expected true or false');
    case 'string':
      return typeof value === 'string' ? { value } : refused('expected text');
    case 'integer':
    case 'long':
      return typeof value === 'bigint' ? { value } : refused('expected an integer');
    case 'float':
    case 'double':
      return paramFloat(value);
    case 'binary':
      return refused('params cannot be binary');
  }
}

function paramFloat(value: JsonValue): ParamResult {
  if (typeof value === 'number') return { value };
  if (typeof value !== 'bigint') return refused('expected a number');
  const float = Number(value);
  return Number.isFinite(float)
    ? { value: float }
    : refused('the integer is too large for a float');
}

/** Python's `date` and `datetime` hold years 1 to 9999 and microseconds; the rest is refused. */
function paramDatetime(value: JsonValue, nowMs: number | undefined): ParamResult {
  const parsed = typeof value === 'string' ? parseIsoDatetime(value, nowMs) : undefined;
  if (parsed === undefined) return refused('expected an ISO 8601 date');
  const { exactNs: ns, unit } = parsed;
  if (ns === NAT) return { value: null };
  if (unit === 'ns' || unit === 'finer')
    return refused('expected at most 6 digits after the second');
  if (ns < FIRST_DATE_NS || ns >= END_DATE_NS) return refused('expected a year from 1 to 9999');
  const kind = unit === 'Y' || unit === 'M' || unit === 'D' ? 'date' : 'datetime';
  const datetime: Datetime = { kind, ns };
  return { value: datetime };
}
