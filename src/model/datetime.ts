/** pandas' NaT and numpy's "Not a Time": the smallest int64. */
export const NAT = -(2n ** 63n);

/** How a date was written down; decides its ISO text. `timestamp` keeps nanoseconds. */
export type DatetimeKind = 'timestamp' | 'datetime' | 'date' | 'time';

/**
 * A point in time, or a time of day, as pandas and Python's datetime hold it.
 *
 * Units: `ns` nanoseconds since 1970-01-01 without a zone, NAT when missing (for `time`: since
 *   midnight); `offsetMinutes` minutes east of UTC when the value knows its zone.
 */
export interface Datetime {
  readonly kind: DatetimeKind;
  readonly ns: bigint;
  readonly offsetMinutes?: number;
}

export const isDatetime = (value: unknown): value is Datetime =>
  typeof value === 'object' && value !== null && typeof (value as Datetime).ns === 'bigint';
