import type { Signature } from '../model/signature.ts';
import { shellWord } from '../shell-word.ts';
import { exampleBody } from './example-body.ts';

/** A longer body makes a line that nobody wants to paste; characters. */
const MAX_BODY_CHARACTERS = 1_500;

/**
 * A command that works when pasted into a shell: the model's own example, or one row of it when it
 * is long, or a row made from the signature. Without any of these, a health check.
 *
 * @param example the saved `/invocations` body of the model
 */
export function curlLine(
  url: string,
  example: string | undefined,
  signature: Signature | undefined,
): string {
  const body = shortExample(example) ?? exampleBody(signature);
  if (body === undefined || body.length > MAX_BODY_CHARACTERS) return `curl -i ${url}/ping`;
  return `curl ${url}/invocations -H 'Content-Type: application/json' -d ${shellWord(body)}`;
}

function shortExample(example: string | undefined): string | undefined {
  if (example === undefined) return undefined;
  const compact = withoutBlanks(example);
  return compact.length <= MAX_BODY_CHARACTERS ? compact : firstRow(compact);
}

/** JSON without the white space between its tokens; numbers keep their spelling, `1.0` stays `1.0`. */
const withoutBlanks = (json: string): string =>
  json.replace(/("(?:\\.|[^"\\])*")|\s+/g, (_, text: string | undefined) => text ?? '');

/** The same body with its first row only; undefined when there is no such thing. */
function firstRow(json: string): string | undefined {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(json);
  } catch {
    return undefined; // It holds NaN, or is not JSON at all: a row from the signature will do.
  }
  for (const key of ['dataframe_records', 'instances', 'inputs']) {
    const rows = body[key];
    if (Array.isArray(rows)) return JSON.stringify({ [key]: rows.slice(0, 1) });
  }
  const split = body['dataframe_split'] as { columns?: unknown; data?: unknown } | undefined;
  if (!Array.isArray(split?.data)) return undefined;
  const { columns, data } = split;
  return JSON.stringify({ dataframe_split: { columns, data: data.slice(0, 1) } });
}
