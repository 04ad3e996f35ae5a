import type { Datetime } from './datetime.ts';
import type { NdArray } from './nd-array.ts';

/**
 * A Python object as the scoring protocol can hold one: a cell of an object column, a param, or
 * what a model returns.
 *
 * None, bool, float (`number`), int (`bigint`), str, bytes, list, dict, ndarray, and the family of
 * dates. A lone surrogate stays in the JS string as it does in Python's.
 */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Datetime
  | NdArray
  | PyValue[]
  | PyDict;

export type PyDict = Map<string, PyValue>;
