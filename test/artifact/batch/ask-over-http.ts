import { readFileSync } from 'node:fs';
import { COLUMNS, type Stand } from './stand.ts';
import type { Rows } from './wine-rows.ts';

const EVENT = JSON.parse(
  readFileSync('test/contract/fixtures/events/http-api.json', 'utf8'),
) as Record<string, unknown>;
/** A request and its answer may have 6 MB. */
const ROWS_AT_ONCE = 20_000;

export interface AskOptions {
  /** @default those of the example model */
  readonly columns?: readonly string[];
  /** @default the example model */
  readonly modelUri?: string;
}

/** What `invocations.handler` of the same zip answers to the same rows. */
export async function askOverHttp(
  stand: Stand,
  rows: Rows,
  { columns = COLUMNS, modelUri = 'models:/wine@champion' }: AskOptions = {},
): Promise<unknown[]> {
  const environment = { MLFLOW_SERVERLESS_MODEL_URI: modelUri };
  const http = stand.start({ handler: 'invocations.handler', environment });
  const answers: unknown[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const data = rows.slice(from, from + ROWS_AT_ONCE);
    const body = JSON.stringify({ dataframe_split: { columns, data } });
    const answer = await http.invoke({ ...EVENT, body, isBase64Encoded: false });
    const { predictions } = JSON.parse((answer.body as { body: string }).body);
    answers.push(...predictions);
  }
  await http.stop();
  return answers;
}
