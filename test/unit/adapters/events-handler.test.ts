import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEventsLambdaHandler } from '../../../src/adapters/aws/events-handler.ts';
import { createLog } from '../../../src/log.ts';

const CONTEXT = { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };

function setUp(task?: (options: { signal: AbortSignal }) => Promise<void>) {
  const lines: string[] = [];
  const handler = createEventsLambdaHandler(
    {
      answer: async ({ path }) => ({ status: 200, headers: {}, body: path }),
      findTask: (event) => ((event as { source?: string }).source ? task : undefined),
    },
    createLog({ stream: { write: (line) => lines.push(line) } }),
  );
  return { handler, lines };
}

describe('the events handler on Lambda', () => {
  it('answers HTTP events', async () => {
    const { handler } = setUp();
    const event = JSON.parse(readFileSync('test/contract/fixtures/events/http-api.json', 'utf8'));

    expect(await handler(event, CONTEXT)).toMatchObject({ statusCode: 200, body: '/invocations' });
  });

  it('does tasks, with the time that the function has', async () => {
    let wasAborted: boolean | undefined;
    const { handler } = setUp(async ({ signal }) => {
      wasAborted = signal.aborted;
    });

    expect(await handler({ source: 'aws.events' }, CONTEXT)).toBeUndefined();
    expect(wasAborted).toBe(false);
  });

  it('logs why a task failed, once, and has Lambda try again', async () => {
    const { handler, lines } = setUp(async () => {
      throw new Error('MLflow is down');
    });

    await expect(handler({ source: 'aws.events' }, CONTEXT)).rejects.toThrow(
      'could not be finished',
    );
    expect(lines).toHaveLength(1);
    expect(lines.join()).toContain('MLflow is down');
  });

  it('refuses any other event', async () => {
    await expect(setUp().handler({ Records: [] }, CONTEXT)).rejects.toThrow('not an HTTP request');
  });
});
