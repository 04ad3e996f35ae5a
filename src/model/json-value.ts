/**
 * A JSON value as Python's `json.loads` sees it.
 *
 * `number` is Python's float and `bigint` its int, so `1` and `1.0` stay different; objects are
 * `Map`s, so `__proto__` is a key like any other and duplicate keys keep the last value at the
 * place of the first, as in a Python dict.
 */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonValue[]
  | JsonObject
  | PackedNumbers
  | PackedRecords;

export type JsonObject = Map<string, JsonValue>;

/** What the cells of one packed column are made of; a bit set. */
export const HAS_INT = 1;
export const HAS_FLOAT = 2;
export const HAS_NULL = 4;

/**
 * A rectangular list of numbers kept out of the JSON tree: the parser's fast path.
 *
 * Stands for a list of numbers, or for equally long lists of numbers to any depth; JSON null is
 * allowed as a cell. Integers outside ±2^53 never get here: they need `bigint`.
 *
 * Shapes: `values` has the product of `shape` cells, C order (row-major); null is NaN.
 *   `kinds` has one bit set per column when the rank is 2, else one for all cells.
 *   `values` may be a view: its `buffer` can hold the cells of other lists, too.
 */
export interface PackedNumbers {
  readonly kind: 'packed-numbers';
  readonly shape: readonly number[];
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  /** The same list as a plain tree, read again from the source text. Slow; exact. */
  unpack(): JsonValue[];
}

/**
 * A list of objects that all have the same keys in the same order and only numbers or null as
 * values: `dataframe_records` and `instances` in their usual form. Shape of `table`: [N][keys].
 */
export interface PackedRecords {
  readonly kind: 'packed-records';
  readonly keys: readonly string[];
  readonly table: PackedNumbers;
  /** The same list as a plain tree. Slow; exact. */
  unpack(): JsonValue[];
}

export const isPackedNumbers = (value: unknown): value is PackedNumbers =>
  typeof value === 'object' && value !== null && (value as PackedNumbers).kind === 'packed-numbers';

export const isPackedRecords = (value: unknown): value is PackedRecords =>
  typeof value === 'object' && value !== null && (value as PackedRecords).kind === 'packed-records';

/** Whether a JSON value is a list, packed or not. */
export const isJsonList = (
  value: JsonValue,
): value is JsonValue[] | PackedNumbers | PackedRecords =>
  Array.isArray(value) || isPackedNumbers(value) || isPackedRecords(value);

/** A list in its plain form, whatever form the parser chose for it. */
export const plainList = (list: JsonValue[] | PackedNumbers | PackedRecords): JsonValue[] =>
  Array.isArray(list) ? list : list.unpack();
