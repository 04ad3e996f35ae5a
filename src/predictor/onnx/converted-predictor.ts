import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { badRequest, ServingError } from '../../errors.ts';
import { CONVERSION_FILE, type Conversion, type ConversionColumn } from '../../model/conversion.ts';
import { isFrame } from '../../model/frame.ts';
import type { MlModel } from '../../model/mlmodel.ts';
import type { ModelInput } from '../../model/model-input.ts';
import type { ModelOutput } from '../../model/model-output.ts';
import { checkModelPath } from '../../model/model-path.ts';
import { isNdArray } from '../../model/nd-array.ts';
import { parseConversion } from '../../model/parse-conversion.ts';
import { findOnnxFile } from '../onnx-file-path.ts';
import type { ParsedPredictor } from '../predictor.ts';
import { createArrayFeed } from './converted/array-feeds.ts';
import { createColumnFeeds, createNamedFeeds, type ToFeeds } from './converted/column-feeds.ts';
import { toOriginalArray, toOriginalFrame } from './converted/to-original-answer.ts';
import type { NativeTensor } from './native-runtime.ts';
import type { OnnxPredictorOptions } from './onnx-predictor.ts';
import { type OpenSession, openSession } from './open-session.ts';
import { quote } from './quote.ts';
import { isRowLocal } from './row-local/is-row-local.ts';
import { sessionOptions } from './session-options.ts';
import type { NativeFeeds } from './to-feeds.ts';
import type { GraphInput } from './to-tensor.ts';
import { warmUp } from './warm-up.ts';

/** Room for the categories of many columns. */
const MAX_CONVERSION_BYTES = 64 * 1024 * 1024;

/** Flavors whose own predict takes the request's params; what others get, they ignore. */
const TAKE_PARAMS: ReadonlySet<string> = new Set(['pytorch', 'xgboost']);

/**
 * Open a model that was converted to ONNX and answer as MLflow's wrapper of the original.
 *
 * How it takes and answers is read from `flavors.onnx.conversion`; whatever the original raises on
 * is 400 BAD_REQUEST, as MLflow's server has it.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when graph and conversion do not belong together,
 *   NOT_IMPLEMENTED for params that the original would use
 * @see mlflow/pyfunc/scoring_server/__init__.py, `invocations`
 */
export async function openConvertedPredictor(
  directory: string,
  mlmodel: MlModel,
  options: OnnxPredictorOptions = {},
): Promise<ParsedPredictor> {
  const conversion = await readConversion(directory, mlmodel);
  const { output, flavor } = conversion;
  if (TAKE_PARAMS.has(flavor) && (mlmodel.signature?.params?.length ?? 0) > 0) {
    throw new ServingError(
      'NOT_IMPLEMENTED',
      `the signature declares params, which a converted ${quote(flavor)} model cannot take; set runtime to python`,
    );
  }
  const path = join(directory, findOnnxFile(mlmodel) as string);
  const settings = sessionOptions(mlmodel.flavors['onnx'] ?? {}, options);
  const session = openSession(path, settings, [output.output]);
  const toFeeds = released(session, () => createFeeds(conversion, session));
  if (options.isWarmedUp ?? true) warmUp(session);
  return {
    kind: 'parsed',
    predict(input: ModelInput): ModelOutput {
      if (conversion.refuses_empty === true && isEmpty(input)) {
        throw badRequest('the model takes at least one row');
      }
      const answer = session.run(toFeeds(input))[output.output] as NativeTensor;
      const array = toOriginalArray(output, answer);
      return output.kind === 'frame' && isFrame(input) ? toOriginalFrame(array) : array;
    },
    isRowLocal: () => isRowLocal(path, settings),
    release: async () => session.release(),
  };
}

async function readConversion(directory: string, { flavors }: MlModel): Promise<Conversion> {
  const file = checkModelPath(flavors['onnx']?.['conversion'], 'flavors.onnx.conversion');
  const path = join(directory, file);
  try {
    // A named pipe would never be read to its end, a device neither.
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_CONVERSION_BYTES) {
      throw new ServingError(
        'INVALID_PARAMETER_VALUE',
        `what the MLmodel names as its conversion is no file of at most ${MAX_CONVERSION_BYTES} bytes; convert the model again`,
      );
    }
    return parseConversion(await readFile(path, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      'the file that the MLmodel names as its conversion is missing; fetch or convert the whole model directory',
      { cause },
    );
  }
}

function isEmpty(input: ModelInput): boolean {
  if (isFrame(input)) return input.rowCount === 0;
  return isNdArray(input) && input.shape[0] === 0;
}

function createFeeds({ input, output, refuses }: Conversion, session: OpenSession): ToFeeds {
  if (!session.plan.some(({ name }) => name === output.output)) throw unknown(output.output);
  const graphInput = ({ input: name, dtype }: Pick<ConversionColumn, 'input' | 'dtype'>) =>
    findInput(session.inputs, name, dtype);
  const expected = input.kind === 'array' ? [input] : partsOf(input);
  const types = new Map(expected.map((part) => [part.input, graphInput(part).type]));
  const spare = session.inputs.find(({ name }) => !types.has(name));
  if (spare !== undefined) throw unknown(spare.name);
  const typeOf = (name: string) => types.get(name) as GraphInput['type'];
  switch (input.kind) {
    case 'array': {
      const toTensor = createArrayFeed(input, graphInput(input), refuses);
      return (value) => {
        const feeds = Object.create(null) as NativeFeeds;
        feeds[input.input] = toTensor(value);
        return feeds;
      };
    }
    case 'columns':
      return createColumnFeeds(input, typeOf, refuses);
    case 'named':
      return createNamedFeeds(input, typeOf, refuses);
  }
}

const partsOf = (input: Exclude<Conversion['input'], { kind: 'array' }>) =>
  input.kind === 'columns' ? input.columns : input.inputs;

function findInput(inputs: readonly GraphInput[], name: string, dtype: string): GraphInput {
  const found = inputs.find((input) => input.name === name);
  if (found === undefined) throw unknown(name);
  const wanted = dtype === 'object' || dtype === 'str' ? 'string' : dtype;
  if (found.type === wanted) return found;
  throw mismatch(`the model input ${quote(name)} takes ${found.type}, not ${dtype}`);
}

const unknown = (name: string): ServingError =>
  mismatch(`${quote(name)} stands in one of them and not in the other`);

const mismatch = (problem: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${CONVERSION_FILE} does not fit the ONNX file: ${problem}; convert the model again`,
  );

/** Run something that may throw; then nobody needs the session. */
function released<T>(session: OpenSession, run: () => T): T {
  try {
    return run();
  } catch (error) {
    session.release();
    throw error;
  }
}
