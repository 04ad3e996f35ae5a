import type { JsonValue } from './json-value.ts';

/** MLflow's scalar column types. @see mlflow/types/schema.py, `DataType` */
export type ScalarType =
  | 'boolean'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'string'
  | 'binary'
  | 'datetime';

/** Column types that cannot be fed to ONNX; kept so that errors can name them. */
export type NestedType = 'array' | 'object' | 'map' | 'any' | 'sparkml_vector';

export interface ColSpec {
  readonly type: ScalarType | NestedType;
  /** undefined in a signature without names. */
  readonly name: string | undefined;
  readonly required: boolean;
}

export interface TensorSpec {
  /** numpy's name as written in the MLmodel: `float32`, `int64`, `str`, `object`, `datetime64[ns]` … */
  readonly dtype: string;
  /** -1 is any size. */
  readonly shape: readonly number[];
  readonly name: string | undefined;
}

/** A list of columns, or a list of tensors; never empty. */
export type Schema =
  | { readonly kind: 'columns'; readonly inputs: readonly ColSpec[] }
  | { readonly kind: 'tensors'; readonly inputs: readonly TensorSpec[] };

export interface ParamSpec {
  readonly name: string;
  readonly type: ScalarType | 'object';
  readonly default: JsonValue;
  /** null is a scalar, [-1] a list. */
  readonly shape: readonly number[] | null;
  /** Only for `object`: what MLflow wrote under `properties`. */
  readonly properties?: JsonValue;
}

export interface Signature {
  readonly inputs: Schema | undefined;
  readonly params: readonly ParamSpec[] | undefined;
  /** MLmodel's `is_signature_from_type_hint`. */
  readonly isFromTypeHint: boolean;
}
