import type {
  JsonObject,
  JsonValue,
  PackedNumbers,
  PackedRecords,
} from '../../model/json-value.ts';

/** Reads a list again from its source, as a plain tree. */
export type Unpack = () => JsonValue[];

/** @see PackedNumbers */
export class NumberList implements PackedNumbers {
  readonly kind = 'packed-numbers';
  readonly shape: readonly number[];
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  readonly unpack: Unpack;

  constructor(shape: readonly number[], values: Float64Array, kinds: Uint8Array, unpack: Unpack) {
    this.shape = shape;
    this.values = values;
    this.kinds = kinds;
    this.unpack = unpack;
  }
}

/** @see PackedRecords */
export class RecordList implements PackedRecords {
  readonly kind = 'packed-records';
  readonly keys: readonly string[];
  readonly table: NumberList;
  readonly unpack: Unpack;

  constructor(keys: readonly string[], values: Float64Array, kinds: Uint8Array, unpack: Unpack) {
    this.keys = keys;
    this.unpack = unpack;
    const shape = [values.length / keys.length, keys.length];
    this.table = new NumberList(shape, values, kinds, () =>
      unpack().map((record) => [...(record as JsonObject).values()]),
    );
  }
}
