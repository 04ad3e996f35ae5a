import { badRequest } from '../../errors.ts';
import type { NdArray } from '../../model/nd-array.ts';
import { pythonStr } from '../../model/python-text.ts';
import type { ElementType } from './element-types.ts';
import { wrongDtype } from './feed-problem.ts';
import type { NativeTensor } from './native-runtime.ts';
import { quote } from './quote.ts';

/** An input of the graph that a request can fill. */
export interface GraphInput {
  readonly name: string;
  readonly type: ElementType;
  /** -1 is any size; [] also when the graph gives no rank. */
  readonly shape: readonly number[];
}

/**
 * Hand an array to ORT as it is, casting only float64 for a float input, as MLflow does.
 *
 * Numeric cells are not copied. Arrays of text, bytes or objects become string tensors, each cell
 * as Python's `str` shows it.
 *
 * @throws {ServingError} BAD_REQUEST when the dtype is not the input's
 * @see mlflow/onnx/__init__.py, `_cast_float64_to_float32`; onnxruntime_pybind_mlvalue.cc, `NumpyToOnnxRuntimeTensorType`
 */
export function toTensor({ name, type }: GraphInput, array: NdArray): NativeTensor {
  const { dtype, shape: dims } = array;
  const give = (data: NativeTensor['data']): NativeTensor => ({
    type,
    dims,
    data,
    location: 'cpu',
  });
  if (type === 'string') return give(textCells(name, array));
  if (dtype === 'float64' && type === 'float32') return give(new Float32Array(array.data));
  if (dtype !== type) throw wrongDtype(name, type, dtype);
  // The binding measures a Float16Array as empty; it takes the same bytes as uint16.
  if (dtype === 'float16') return give(asUint16(array.data));
  return give(array.data as NativeTensor['data']);
}

const asUint16 = ({ buffer, byteOffset, length }: Float16Array): Uint16Array =>
  new Uint16Array(buffer, byteOffset, length);

function textCells(name: string, array: NdArray): string[] {
  switch (array.dtype) {
    case 'str':
      return array.data.map((text) => wellFormed(name, cString(text)));
    case 'bytes':
      return array.data.map((bytes) => cString(decoded(name, bytes)));
    case 'object':
      return array.data.map((cell) => withoutNul(name, wellFormed(name, pythonStr(cell))));
    default:
      throw wrongDtype(name, 'string', array.dtype);
  }
}

/** ORT reads numpy's fixed-width text as C strings. */
const cString = (text: string): string => {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
};

function wellFormed(name: string, text: string): string {
  if (text.isWellFormed()) return text;
  throw badRequest(
    `model input ${quote(name)} got text with half a surrogate pair, which has no UTF-8`,
  );
}

/** The binding would cut the text there without a word; Python's does not. */
function withoutNul(name: string, text: string): string {
  if (!text.includes('\0')) return text;
  throw badRequest(
    `model input ${quote(name)} got text with a NUL character, which cannot be passed on`,
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(name: string, bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw badRequest(`model input ${quote(name)} got bytes that are not UTF-8`, { cause: error });
  }
}
