/** Where a converted model says how it answers like the original; relative to the model directory. */
export const CONVERSION_FILE = 'onnx/conversion.json';

/**
 * How an ONNX file that was made of another flavor takes and answers what the original did.
 *
 * Written by python/convert.py as `onnx/conversion.json` beside `onnx/model.onnx`, read by the ONNX predictor. The
 * keys are the JSON's.
 */
export interface Conversion {
  readonly format: 1;
  /** The flavor it was made of: `sklearn`, `xgboost`, `lightgbm`, `catboost`, `pytorch`, `keras`, `tensorflow`. */
  readonly flavor: string;
  /** Of the sklearn flavor: the method that answers. @default predict */
  readonly predict_fn?: string;
  /** Converter and version, for people: `skl2onnx 1.20.0`. */
  readonly converter: string;
  readonly input: ConversionInput;
  readonly output: ConversionOutput;
  /** What the original refuses to compute and ONNX would not: answered 400, as MLflow does. */
  readonly refuses: readonly ConversionRefusal[];
  /** Zero rows are refused, as scikit-learn does. @default false - the graph is asked */
  readonly refuses_empty?: boolean;
  /** The original computes in float32: its answers agree to 1e-4 instead of 1e-6. */
  readonly is_float32: boolean;
}

export type ConversionInput = ArrayInput | ColumnsInput | NamedInput;

/** One array: a frame of C columns becomes [N][C]; arrays keep their shape. */
export interface ArrayInput {
  readonly kind: 'array';
  /** Of the graph. */
  readonly input: string;
  /** numpy's name: the cells are cast as `astype` does; `object` is text. */
  readonly dtype: string;
  /** The original takes arrays of this rank only (2 for sklearn); absent: any. */
  readonly rank?: number;
  /** It knows its columns by name. Absent: a frame's columns go as they come. */
  readonly columns?: readonly string[];
  /**
   * What those names mean. `pick`: a frame is put into their order, a missing one is refused, others are dropped.
   * `same`: a frame whose labels are all text must have exactly these in this order, other labels are not looked at
   * (sklearn). `strict`: so must every frame, its labels written as text (an XGBoost Booster). @default pick
   */
  readonly names?: 'pick' | 'same' | 'strict';
  /**
   * Arrays: `cast` to `dtype` like frames; `same`: of another dtype are refused (PyTorch); `refuse`: none are taken
   * (a Booster that knows names). @default cast
   */
  readonly arrays?: 'cast' | 'same' | 'refuse';
  /** Arrays of text for a number: `parse` by Python's float (forests, LightGBM). @default refuse */
  readonly text_arrays?: 'parse' | 'refuse';
  /**
   * A frame's object columns for a number: `parse` by Python's float, None is NaN (sklearn); `refuse` (XGBoost,
   * LightGBM). Arrays of objects are parsed in any case, as numpy does. @default parse
   */
  readonly objects?: 'parse' | 'refuse';
  /** A dict with just this key is taken too (Keras, with a signature that names its input). */
  readonly name?: string;
}

/** One graph input of [N][1] for each column of a frame; arrays are refused, others of its columns ignored. */
export interface ColumnsInput {
  readonly kind: 'columns';
  readonly columns: readonly ConversionColumn[];
}

/** A dict of arrays by name, shapes kept. */
export interface NamedInput {
  readonly kind: 'named';
  readonly inputs: readonly ConversionColumn[];
}

export interface ConversionColumn {
  /** In the request. */
  readonly name: string;
  /** Of the graph. */
  readonly input: string;
  readonly dtype: string;
  /** A text column: what stands for None and NaN, where the original takes them. Absent: they are refused. */
  readonly missing?: string;
  /** A text column with `missing`: what stands for NaN, where the original tells it from None. */
  readonly nan?: string;
  /** A text column: what stands for numbers and booleans, where the original takes them for one more text that it does not know. */
  readonly other?: string;
  /** A text column: the graph gets it in lower case. Not by ONNX Runtime, whose rules are those of the machine's locale. */
  readonly lower?: boolean;
}

/** Which output of the graph is the answer. */
export interface ConversionOutput {
  /** `array`: always an ndarray. `frame`: a frame was asked, a frame with columns 0, 1, … answers (PyTorch, Keras). */
  readonly kind: 'array' | 'frame';
  readonly output: string;
  /** numpy's name of what the original returns: `int64`, `float32`, `float64`, `bool`, `object` (text). */
  readonly dtype: string;
  /** `rows`: [N]; `column`: [N][1]; `keep`: as the graph has it. */
  readonly shape: 'rows' | 'column' | 'keep';
}

export interface ConversionRefusal {
  /** The frame's column (for an array: its index as text); `*`: any. */
  readonly column: string;
  /**
   * `nan`: NaN or None; `infinite`: ±Infinity; `beyond-float32`: finite in float64 and not in float32;
   * `beyond`: finite and not below `limit` in size, where a step on the way would overflow; `unknown`: none of
   * `values`.
   */
  readonly when: 'nan' | 'infinite' | 'beyond-float32' | 'beyond' | 'unknown';
  /** Of `beyond`. */
  readonly limit?: number;
  /** Texts, or numbers, that the original knows. */
  readonly values?: readonly (string | number)[];
}
