/**
 * A model is never run on fewer rows at once, and but for the last run on a multiple of 16: for few rows ONNX Runtime takes other
 * ways, and for rows behind a multiple of 16, which can differ in the last bit.
 */
export const LEAST_ROWS = 1024;
