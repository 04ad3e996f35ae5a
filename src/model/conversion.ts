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
  /** The original computes in float32: its answers agree to 1e-4 instead of 1e-6. */
  readonly is_float32: boolean;
}

export type ConversionInput =
  /** One array: a frame of C columns becomes [N][C] in the frame's order; arrays keep their shape. */
  | {
      readonly kind: 'array';
      /** Of the graph. */
      readonly input: string;
      /** numpy's name: the cells are cast as `astype` does. */
      readonly dtype: string;
      /** The original takes arrays of this rank only (2 for sklearn); absent: any. */
      readonly rank?: number;
      /** It knows its columns by name: a frame is put into this order, a missing one is refused. Absent: as they come. */
      readonly columns?: readonly string[];
    }
  /** One graph input of [N][1] for each column of a frame. */
  | { readonly kind: 'columns'; readonly columns: readonly ConversionColumn[] }
  /** A dict of arrays by name, shapes kept. */
  | { readonly kind: 'named'; readonly inputs: readonly ConversionColumn[] };

export interface ConversionColumn {
  /** In the request. */
  readonly name: string;
  /** Of the graph. */
  readonly input: string;
  readonly dtype: string;
  /** A text column: what stands for None and NaN, where the original takes them. Absent: they are refused. */
  readonly missing?: string;
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
   * `unknown`: none of `values`.
   */
  readonly when: 'nan' | 'infinite' | 'beyond-float32' | 'unknown';
  /** Texts, or numbers, that the original knows. */
  readonly values?: readonly (string | number)[];
}
