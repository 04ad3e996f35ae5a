import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import type { JsonValue } from '../model/json-value.ts';
import type { MlModel } from '../model/mlmodel.ts';
import type { Schema } from '../model/signature.ts';
import { parseJson } from '../scoring/json/parse-json.ts';
import type { Decompress } from '../scoring/parquet/decompress-page.ts';
import { type CheckRows, readCheckRows } from './check-rows.ts';
import type { ProofRow } from './proof-row.ts';
import type { ProofRequest } from './request-forms.ts';
import { rowsOfRequest } from './rows-of-request.ts';
import { schemaOfExample } from './schema-of-example.ts';

/** Rows that people gave with a model, and what they are rows of. */
export interface KnownRows {
  readonly schema: Schema;
  readonly example:
    | { readonly request: ProofRequest; readonly rows: readonly ProofRow[] }
    | undefined;
  readonly checks: readonly CheckRows[];
  /** All of them. */
  readonly seen: readonly ProofRow[];
}

interface Source {
  readonly directory: string;
  readonly mlmodel: MlModel;
  readonly checks?: readonly string[];
}

const MAX_DEPTH = 500;

/**
 * Read the signature, the saved input example and the user's files.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a model that has neither signature nor example, NOT_IMPLEMENTED for
 *   one whose input is made of type hints; as `readCheckRows`
 */
export async function readKnownRows(source: Source, decompress: Decompress): Promise<KnownRows> {
  const { directory, mlmodel, checks: paths = [] } = source;
  const body = await readExample(directory, mlmodel);
  const json = body === undefined ? undefined : toJson(body);
  const schema = schemaOf(mlmodel, json);
  const rows = json === undefined ? [] : rowsOfRequest(schema, json);
  const checks: CheckRows[] = [];
  for (const path of paths) checks.push(await readCheckRows(path, schema, decompress));
  return {
    schema,
    example:
      body === undefined ? undefined : { request: { contentType: 'application/json', body }, rows },
    checks,
    seen: [...rows, ...checks.flatMap((check) => check.rows)],
  };
}

async function readExample(
  directory: string,
  { inputExample }: MlModel,
): Promise<string | undefined> {
  const { servingPath } = inputExample ?? {};
  if (servingPath === undefined) return undefined;
  return readFile(join(directory, servingPath), 'utf8').catch(() => undefined); // named, but not copied along
}

function toJson(text: string): JsonValue | undefined {
  try {
    return parseJson(Buffer.from(text), { maxDepth: MAX_DEPTH });
  } catch {
    return undefined; // sent as it is all the same: the models must refuse it alike
  }
}

function schemaOf({ signature }: MlModel, example: JsonValue | undefined): Schema {
  if (signature?.isFromTypeHint === true) {
    throw new ServingError(
      'NOT_IMPLEMENTED',
      "the model's input is described by a Python type hint, which an ONNX model cannot take: serve it with runtime: python",
    );
  }
  const schema =
    signature?.inputs ?? (example === undefined ? undefined : schemaOfExample(example));
  if (schema !== undefined) return schema;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    'the model has no signature and no input example that says what it takes: log it again with signature=mlflow.models.infer_signature(X, model.predict(X)) and input_example=X[:5]',
  );
}
