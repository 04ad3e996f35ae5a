import { badRequest, ServingError, schemaEnforcementFailed } from '../errors.ts';
import type { JsonObject, JsonValue } from '../model/json-value.ts';
import type { ModelInput } from '../model/model-input.ts';
import type { Schema, Signature } from '../model/signature.ts';
import { rowOf, translatingCastErrors } from './cast-error.ts';
import { checkServable } from './check-servable.ts';
import type { ClockOptions } from './clock-options.ts';
import { castFrame } from './frame/cast-frame.ts';
import { dataFrame, frameAxes } from './frame/data-frame.ts';
import type { IndexedFrame } from './frame/row-index.ts';
import { castInputs } from './inputs/cast-inputs.ts';
import { castInstances } from './inputs/cast-instances.ts';
import { packedRecordsFrame, packedSplit } from './packed/packed-frame.ts';
import { packedInputs, packedInstances } from './packed/packed-inputs.ts';
import { plainValue } from './plain-value.ts';

/** A request body, ready for the strict step. */
export interface ParsedBody {
  readonly input: ModelInput;
  /** undefined when the body has none; null is sent as null. */
  readonly params: JsonValue | undefined;
  /** Whether the answer goes under `predictions`. */
  readonly wrapped: boolean;
}

const FORMATS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;
type Format = (typeof FORMATS)[number];

/** Bodies of MLflow's unified interface for language models carry one of these. */
const LLM_KEYS = ['messages', 'prompt', 'input'];

/**
 * Read a decoded JSON body: find its format, build what it holds, convert it to the signature.
 *
 * This is MLflow's lenient step; `enforceSchema` is the strict one.
 *
 * @throws {ServingError} BAD_REQUEST for anything MLflow refuses while parsing, and for bodies and
 *   signatures that only the Python runtime can serve (SCHEMA_ENFORCEMENT_FAILED where the model has a
 *   signature); INVALID_PARAMETER_VALUE for a model with a type
 *   hint when there is no `inputs`
 * @see mlflow/pyfunc/scoring_server/__init__.py, `_parse_json_data`
 */
export function parseBody(
  json: JsonValue,
  signature: Signature | undefined,
  options: ClockOptions = {},
): ParsedBody {
  const body = bodyObject(json);
  const llmKey = LLM_KEYS.find((key) => body.has(key));
  if (llmKey !== undefined) {
    const message = `bodies with "${llmKey}" belong to language models and need the Python runtime; send one of ${FORMATS.join(', ')}`;
    // MLflow's code: such a body fails the strict step of any signature that a table can have.
    throw signature?.inputs === undefined ? badRequest(message) : schemaEnforcementFailed(message);
  }
  if (signature?.isFromTypeHint) throw typeHintRefusal(body);
  const schema = signature?.inputs;
  if (schema !== undefined) checkServable(schema);
  const format = formatOf(body);
  const input = readInput(format, body.get(format) as JsonValue, schema, options.nowMs);
  return { input, params: body.get('params'), wrapped: true };
}

function bodyObject(json: JsonValue): JsonObject {
  if (json instanceof Map) return json;
  throw badRequest(`the body must be a JSON object with one of ${FORMATS.join(', ')}`);
}

/** MLflow hands `inputs` to such a model as it came, and wants nothing else. */
const typeHintRefusal = (body: JsonObject): ServingError =>
  body.has('inputs')
    ? badRequest('the model takes data by a Python type hint and needs the Python runtime')
    : new ServingError(
        'INVALID_PARAMETER_VALUE',
        'the model takes data by a Python type hint: the body needs the key inputs',
      );

function formatOf(body: JsonObject): Format {
  const present = FORMATS.filter((format) => body.has(format));
  const [format] = present;
  if (format !== undefined && present.length === 1) return format;
  const found = present.length === 0 ? 'none' : present.join(' and ');
  throw badRequest(`the body must have exactly one of ${FORMATS.join(', ')}; it has ${found}`);
}

function readInput(
  format: Format,
  value: JsonValue,
  schema: Schema | undefined,
  nowMs: number | undefined,
): ModelInput {
  switch (format) {
    case 'inputs':
      return packedInputs(value, schema) ?? castInputs(value, schema, nowMs);
    case 'instances':
      return packedInstances(value, schema) ?? castInstances(value, schema, nowMs);
    case 'dataframe_split': {
      const fast = value instanceof Map ? packedSplit(value, schema) : undefined;
      return fast ?? cast(splitFrame(value), schema, nowMs);
    }
    case 'dataframe_records':
      return packedRecordsFrame(value, schema) ?? cast(recordsFrame(value), schema, nowMs);
  }
}

const cast = (
  input: IndexedFrame,
  schema: Schema | undefined,
  nowMs: number | undefined,
): IndexedFrame => (schema === undefined ? input : castFrame(input, schema, nowMs));

function splitFrame(value: JsonValue): IndexedFrame {
  if (!(value instanceof Map)) throw badRequest('dataframe_split: expected an object');
  const extra = [...value.keys()].some((key) => !['columns', 'index', 'data'].includes(key));
  if (!value.has('data') || extra) {
    throw badRequest('dataframe_split: expected "data", and only "columns" and "index" beside it');
  }
  return buildFrame('dataframe_split', () =>
    dataFrame(
      plainValue(value.get('data') as JsonValue),
      frameAxes(plainValue(value.get('columns') ?? null), plainValue(value.get('index') ?? null)),
    ),
  );
}

function recordsFrame(value: JsonValue): IndexedFrame {
  const rows = plainValue(value);
  if (!Array.isArray(rows)) throw badRequest('dataframe_records: expected a list of objects');
  return buildFrame('dataframe_records', () => dataFrame(rows));
}

const buildFrame = (where: string, build: () => IndexedFrame): IndexedFrame =>
  translatingCastErrors(build, (error) =>
    badRequest(`${where}${rowOf(error)}: expected ${error.message}`),
  );
