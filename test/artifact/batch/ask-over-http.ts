import { readFileSync } from 'node:fs';
import type { Stand } from './stand.ts';
import { bodyOf, type Rows } from './wine-rows.ts';

const EVENT = JSON.parse(
  readFileSync('test/contract/fixtures/events/http-api.json', 'utf8'),
) as Record<string, unknown>;
/** A request and its answer may have 6 MB. */
const ROWS_AT_ONCE = 20_000;

/** What `invocations.handler` of the same zip answers to the same rows. */
export async function askOverHttp(stand: Stand, rows: Rows): Promise<unknown[]> {
  const http = stand.start({ handler: 'invocations.handler' });
  const answers: unknown[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const body = bodyOf(rows.slice(from, from + ROWS_AT_ONCE));
    const answer = await http.invoke({ ...EVENT, body, isBase64Encoded: false });
    const { predictions } = JSON.parse((answer.body as { body: string }).body);
    answers.push(...predictions);
  }
  await http.stop();
  return answers;
}
