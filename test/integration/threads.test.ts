import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readServedConfiguration } from '../../src/config/environment.ts';
import { type Endpoint, openEndpoint } from '../../src/endpoint/open-endpoint.ts';
import type { HttpResponse } from '../../src/http/http-message.ts';
import { createLog } from '../../src/log.ts';
import { NO_TELEMETRY } from '../../src/telemetry.ts';

const EXAMPLE = readFileSync(
  'examples/registry/models/wine/versions/2/model/serving_input_example.json',
  'utf8',
);
const COLUMNS = (JSON.parse(EXAMPLE) as { dataframe_split: { columns: string[] } }).dataframe_split
  .columns;
const CSV = `${COLUMNS.join(',')}\n${COLUMNS.map((_, i) => i + 0.5).join(',')}\n`;

/** Good and bad, small and large, of each kind. */
const REQUESTS: readonly (readonly [
  name: string,
  type: string | undefined,
  body: string | Uint8Array,
])[] = [
  ['the example', 'application/json', EXAMPLE],
  ['bytes', 'application/json', Buffer.from(EXAMPLE)],
  ['bytes of a buffer of their own', 'application/json', new TextEncoder().encode(EXAMPLE)],
  ['CSV', 'text/csv', CSV],
  [
    'many rows',
    'text/csv',
    `${COLUMNS.join(',')}\n${`${COLUMNS.map((_, i) => i).join(',')}\n`.repeat(5_000)}`,
  ],
  ['no JSON', 'application/json', '{"dataframe_split": '],
  ['a wrong shape', 'application/json', '{"instances": [[1, 2]]}'],
  ['a missing column', 'application/json', '{"dataframe_records": [{"alcohol": 1.0}]}'],
  ['a text for a number', 'application/json', EXAMPLE.replace(/\d+\.\d+/, '"x"')],
  ['a type that is not taken', 'text/plain', 'x'],
  ['no type', undefined, EXAMPLE],
  ['no body', 'application/json', ''],
  ['broken UTF-8', 'application/json', new Uint8Array([0x7b, 0xff, 0xfe])],
  ['too many rows', 'text/csv', `${COLUMNS.join(',')}\n${'1\n'.repeat(20_001)}`],
];

async function open(threads: number, more: Record<string, string> = {}): Promise<Endpoint> {
  const configuration = readServedConfiguration({
    MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine/2',
    MLFLOW_REGISTRY_URI: 'examples/registry',
    MLFLOW_SERVERLESS_MAX_ROWS: '20000',
    ...more,
  });
  const log = createLog({ level: 'silent' });
  return openEndpoint({ configuration, log, telemetry: NO_TELEMETRY, threads });
}

let sequence = 0;
const ask = (
  { answer }: Endpoint,
  type: string | undefined,
  body: string | Uint8Array,
): Promise<HttpResponse> =>
  answer(
    {
      ...{ method: 'POST', path: '/invocations', query: '' },
      headers: type === undefined ? {} : { 'content-type': type },
      body: typeof body === 'string' ? body : new Uint8Array(body), // who gives a body away has it no more
    },
    { requestId: String(++sequence) },
  );

describe('an endpoint whose model is open in threads', () => {
  let plain: Endpoint;
  let threaded: Endpoint;
  beforeAll(async () => {
    [plain, threaded] = await Promise.all([open(0), open(2)]);
  });
  afterAll(() => Promise.all([plain.close(), threaded.close()]));

  it.each(REQUESTS)('answers %s byte for byte as without', async (_name, type, body) => {
    expect(await ask(threaded, type, body)).toEqual(await ask(plain, type, body));
  });

  it('answers many at once, each with its own answer', async () => {
    const bodies = Array.from({ length: 200 }, (_, row) =>
      JSON.stringify({
        dataframe_split: { columns: COLUMNS, data: [COLUMNS.map((_, i) => row + i + 0.5)] },
      }),
    );

    const answers = await Promise.all(
      bodies.map((body) => ask(threaded, 'application/json', body)),
    );

    const expected = await Promise.all(bodies.map((body) => ask(plain, 'application/json', body)));
    expect(answers).toEqual(expected);
  });

  it('refuses what does not fit with 503 and Retry-After, and computes the rest', async () => {
    const small = await open(1, { MLFLOW_SERVERLESS_QUEUE: '2' });
    const large = REQUESTS[4]?.[2] ?? '';

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ask(small, 'text/csv', large)),
    );

    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(refused).toHaveLength(5);
    expect(refused[0]?.headers['retry-after']).toMatch(/^\d+$/);
    expect(JSON.parse(refused[0]?.body ?? '')).toMatchObject({
      error_code: 'TEMPORARILY_UNAVAILABLE',
    });
    await small.close();
  });

  it('keeps this thread free while it computes', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    const large = REQUESTS[4]?.[2] ?? '';

    await Promise.all([1, 2, 3, 4].map(() => ask(threaded, 'text/csv', large)));
    clearInterval(timer);

    expect(turns).toBeGreaterThan(3);
  });
});
