import { join } from 'node:path';
import { badRequest, ServingError } from '../../errors.ts';
import { isNumberDtype } from '../../model/dtype.ts';
import { isFrame } from '../../model/frame.ts';
import { frameToArray } from '../../model/frame-to-array.ts';
import type { MlModel } from '../../model/mlmodel.ts';
import type { ModelInput } from '../../model/model-input.ts';
import { checkModelPath } from '../../model/model-path.ts';
import { isNdArray, type NdArray, ndArray } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';
import type { ParsedPredictor } from '../predictor.ts';
import type { NativeTensor } from './native-runtime.ts';
import { openSession } from './open-session.ts';
import { isRowLocal } from './row-local/is-row-local.ts';
import { sessionOptions, type ThreadDefaults } from './session-options.ts';
import type { NativeFeeds } from './to-feeds.ts';
import { warmUp } from './warm-up.ts';

/**
 * Open a CatBoost model that was saved with `format="onnx"` and answer as CatBoost's own `predict`.
 *
 * The file is ONNX though it is called `model.cb`. MLflow loads it back into CatBoost, whose
 * answers differ from the ONNX wrapper's: a classifier gives its labels as [N][1], all others one
 * float64 per row. Numbers of any type are taken, as CatBoost does.
 *
 * @throws {ServingError} NOT_IMPLEMENTED for a classifier logged as plain `CatBoost`, which would
 *   answer raw scores; whatever opening an ONNX model throws
 * @see mlflow/catboost/__init__.py, `_CatboostModelWrapper`; recorded with CatBoost 1.2
 */
export async function openCatBoostPredictor(
  directory: string,
  { flavors }: MlModel,
  options: ThreadDefaults = {},
): Promise<ParsedPredictor> {
  const flavor = flavors['catboost'] ?? {};
  const path = join(
    directory,
    checkModelPath(flavor['data'] ?? 'model.cb', 'flavors.catboost.data'),
  );
  const settings = sessionOptions({}, options);
  const session = openSession(path, settings);
  const names = session.plan.map(({ name }) => name);
  const output = names.includes('label') ? 'label' : 'predictions';
  if (output === 'label' && flavor['model_type'] === 'CatBoost') {
    session.release();
    throw new ServingError(
      'NOT_IMPLEMENTED',
      'a CatBoost classifier logged as model_type CatBoost answers raw scores, which its ONNX file does not hold; log it as CatBoostClassifier',
    );
  }
  warmUp(session);
  return {
    kind: 'parsed',
    predict(input: ModelInput): PyValue {
      const { features, isRow } = toFeatures(input);
      const feeds: NativeFeeds = { [session.inputs[0]?.name ?? 'features']: features };
      return toPrediction(session.run(feeds)[output] as NativeTensor, isRow);
    },
    isRowLocal: () => isRowLocal(path, settings),
    release: async () => session.release(),
  };
}

/** Shapes: a frame of C columns or an array [N][C] is [N][C]; an array [C] is one row, [1][C]. */
function toFeatures(input: ModelInput): { features: NativeTensor; isRow: boolean } {
  const array = isFrame(input) ? frameToArray(input) : input;
  if (!isNdArray(array)) {
    throw badRequest('a CatBoost model takes a table or one array of numbers');
  }
  const isRow = array.shape.length === 1;
  const dims = isRow ? [1, ...array.shape] : array.shape;
  return { features: { type: 'float32', dims, data: numbers(array), location: 'cpu' }, isRow };
}

function numbers({ dtype, data }: NdArray): Float32Array {
  if (isNumberDtype(dtype)) {
    return Float32Array.from(data as ArrayLike<number | bigint>, Number);
  }
  throw badRequest(`a CatBoost model saved as ONNX takes numbers, the request gave ${dtype}`);
}

/** Shapes: labels are [N][1], or [1] for a row; numbers are [N], or one number for a row. */
function toPrediction({ type, dims, data }: NativeTensor, isRow: boolean): PyValue {
  const rows = dims[0] ?? 0;
  const shape = isRow ? [1] : [rows, 1];
  if (type === 'string') return ndArray('object', shape, data as string[]);
  if (type === 'int64') return ndArray('int64', shape, data as BigInt64Array);
  const values = new Float64Array(data as Float32Array);
  return isRow ? (values[0] as number) : ndArray('float64', [rows], values);
}
