import { ServingError } from '../errors.ts';
import type { InputExample, MlModel } from './mlmodel.ts';
import { checkModelPath } from './model-path.ts';
import { parseSignature } from './parse-signature.ts';
import { readPlainYaml, type YamlValue } from './plain-yaml.ts';
import type { Signature } from './signature.ts';
import { resolveYamlScalar } from './yaml-scalar.ts';

/** Room for signatures of a hundred thousand columns; characters. */
const MAX_MLMODEL_LENGTH = 16 * 1024 * 1024;

export type YamlMap = Readonly<Record<string, YamlValue>>;

/**
 * Read a model directory's `MLmodel` file, of any MLflow version.
 *
 * Only what is used is checked; keys of later versions are ignored, keys that old ones lacked may
 * be absent. The full YAML library is loaded only for files that MLflow did not write itself.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the file is no MLmodel or names a path
 *   outside its directory; BAD_REQUEST for a model logged without files; RESOURCE_DOES_NOT_EXIST
 *   when there is nothing to load
 * @see mlflow/models/model.py, `Model.load` and `Model.from_dict`; mlflow/pyfunc/__init__.py, `load_model`
 */
export async function parseMlModel(text: string): Promise<MlModel> {
  const root = await readMlModelMap(text);
  const metadata = mapAt(root, 'metadata');
  if (metadata['mlflow.model.isExternal'] === true) {
    throw new ServingError(
      'BAD_REQUEST',
      'the model was logged without its files (mlflow.model.isExternal); log one with an MLflow flavor to serve it',
    );
  }
  const flavors = flavorsOf(root);
  return {
    flavors,
    signature: signatureOf(root, flavors),
    inputExample: inputExampleOf(root),
    metadata,
    modelUuid: textAt(root, 'model_uuid'),
    modelId: textAt(root, 'model_id'),
    runId: textAt(root, 'run_id'),
    mlflowVersion: textAt(root, 'mlflow_version'),
  };
}

/**
 * The keys of an `MLmodel` as they are written, for copying them elsewhere.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the file is no MLmodel
 */
export async function readMlModelMap(text: string): Promise<YamlMap> {
  if (text.length > MAX_MLMODEL_LENGTH) {
    throw corrupt(`it is longer than ${MAX_MLMODEL_LENGTH} characters`);
  }
  const root = readPlainYaml(text) ?? (await readAnyYaml(text));
  if (!isMap(root)) throw corrupt('expected a map of keys at its top');
  return root;
}

/**
 * Read YAML of any style, with PyYAML's meaning of plain scalars and its "last key wins".
 *
 * Tags that would build objects in Python stay plain values; aliases are limited by the library.
 */
async function readAnyYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  const scalar = {
    tag: 'tag:yaml.org,2002:plain',
    default: true as const,
    test: /^/,
    resolve: resolveYamlScalar,
  };
  try {
    return parse(text, {
      schema: 'failsafe',
      customTags: [scalar],
      uniqueKeys: false,
      logLevel: 'error',
      merge: true,
    });
  } catch (error) {
    // The library's message quotes the file; only its position is passed on.
    const [position] = (error as { linePos?: { line: number }[] }).linePos ?? [];
    const line = position ? ` in line ${position.line}` : '';
    throw corrupt(`it is not valid YAML${line}`, { cause: error });
  }
}

function flavorsOf(root: YamlMap): Readonly<Record<string, YamlMap>> {
  const flavors: Record<string, YamlMap> = {};
  for (const [name, settings] of Object.entries(mapAt(root, 'flavors'))) {
    flavors[name] = isMap(settings) ? settings : {};
  }
  if ('python_function' in flavors || 'onnx' in flavors) return flavors;
  const found = Object.keys(flavors).join(', ') || 'none';
  throw new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `the model has no python_function flavor (flavors found: ${found}); log it with an MLflow flavor that writes one`,
  );
}

/** Python reads a signature itself: one that only it understands is no reason not to let it. */
function signatureOf(
  root: YamlMap,
  flavors: Readonly<Record<string, YamlMap>>,
): Signature | undefined {
  const raw = root['signature'];
  if (!isMap(raw)) return undefined;
  try {
    return parseSignature(
      { inputs: textAt(raw, 'inputs') ?? null, params: textAt(raw, 'params') ?? null },
      { isFromTypeHint: root['is_signature_from_type_hint'] === true },
    );
  } catch (error) {
    const isOnnx = 'onnx' in flavors || flavors['catboost']?.['save_format'] === 'onnx';
    if (isOnnx || !(error instanceof ServingError)) throw error;
    return undefined;
  }
}

function inputExampleOf(root: YamlMap): InputExample | undefined {
  const info = root['saved_input_example_info'];
  if (!isMap(info) || info['artifact_path'] === undefined) return undefined;
  const key = 'saved_input_example_info';
  const serving = info['serving_input_path'];
  return {
    path: checkModelPath(info['artifact_path'], `${key}.artifact_path`),
    servingPath:
      serving === undefined || serving === null
        ? undefined
        : checkModelPath(serving, `${key}.serving_input_path`),
    type: textAt(info, 'type') ?? '',
  };
}

const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapAt = (map: YamlMap, key: string): YamlMap => {
  const value = map[key];
  return isMap(value) ? value : {};
};

const textAt = (map: YamlMap, key: string): string | undefined => {
  const value = map[key];
  return value === undefined || value === null || typeof value === 'object'
    ? undefined
    : String(value);
};

const corrupt = (problem: string, options?: ErrorOptions) =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the MLmodel file cannot be read: ${problem}; log the model again or restore the file`,
    options,
  );
