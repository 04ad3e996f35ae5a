import { badRequest, type ServingError } from '../../errors.ts';
import type { ElementType } from './element-types.ts';
import { quote } from './quote.ts';

/** ONNX's own names where they differ from numpy's. */
const ONNX_NAMES: Partial<Record<ElementType, string>> = { float32: 'float', float64: 'double' };

/** What a client can do about a wrong dtype, by what the model wants. */
const FIXES: Partial<Record<ElementType, string>> = {
  float32: 'send decimals such as 1.0, or declare the columns as double in the signature',
  float64: 'send decimals such as 1.0, or declare the columns as double in the signature',
  string: 'send text, or log the model with a signature of string columns',
};

/** An array of the wrong dtype. ORT would say the same with less help. */
export function wrongDtype(input: string, expected: ElementType, actual: string): ServingError {
  const fix = FIXES[expected] ?? 'log the model with a tensor signature of that type';
  return badRequest(
    `model input ${quote(input)} takes tensor(${ONNX_NAMES[expected] ?? expected}), the request gave ${actual}; ${fix}`,
  );
}
