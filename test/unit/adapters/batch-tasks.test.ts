import { describe, expect, it } from 'vitest';
import { type BatchTasks, createBatchTaskHandler } from '../../../src/adapters/aws/batch-tasks.ts';
import { ServingError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';

function setUp(plan: BatchTasks['plan'], remainingMs = 60_000) {
  const tasks = { plan, item: plan, finish: plan };
  const handler = createBatchTaskHandler(tasks, createLog({ level: 'silent' }));
  const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => remainingMs };
  return (event: unknown) => handler(event as never, context);
}

describe('the tasks of a state machine on Lambda', () => {
  it('gives back what the task answers', async () => {
    const handle = setUp(async ({ request }) => ({ got: request }));

    expect(await handle({ task: 'plan', request: 7 })).toEqual({ got: 7 });
  });

  it('names what is thrown by its code, which the machine can tell apart', async () => {
    const handle = setUp(async () => {
      throw new ServingError('TEMPORARILY_UNAVAILABLE', 'come again');
    });

    await expect(handle({ task: 'item' })).rejects.toMatchObject({
      name: 'TEMPORARILY_UNAVAILABLE',
      message: 'come again',
    });
  });

  it('says so when the time is over', async () => {
    const wait: BatchTasks['plan'] = (_event, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });

    await expect(setUp(wait, 10_020)({ task: 'finish' })).rejects.toMatchObject({
      name: 'DEADLINE_EXCEEDED',
      message: expect.stringContaining('batch.rangeBytes'),
    });
  });

  it('says when little time is left', async () => {
    const plan: BatchTasks['plan'] = async (_event, { isLate }) => isLate();
    const left = [900_000, 240_000, 230_000, 100_000];
    const handler = createBatchTaskHandler(
      { plan, item: plan, finish: plan },
      createLog({ level: 'silent' }),
    );
    const answers = await Promise.all(
      left.map((atEnd) => {
        const times = [900_000, atEnd];
        const getRemainingTimeInMillis = () => times.shift() ?? 0;
        return handler({ task: 'plan' }, { awsRequestId: 'r', getRemainingTimeInMillis });
      }),
    );

    expect(answers).toEqual([false, false, true, true]);
  });

  it.each(['sleep', 'toString', 7, null])('refuses task %j', async (task) => {
    await expect(setUp(async () => 1)({ task })).rejects.toMatchObject({
      name: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('expected plan, item or finish'),
    });
  });
});
