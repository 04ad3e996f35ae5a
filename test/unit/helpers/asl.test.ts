import { describe, expect, it } from 'vitest';
import type { Definition } from '../../helpers/asl/definition.ts';
import { failure } from '../../helpers/asl/errors.ts';
import { runDefinition } from '../../helpers/asl/run-definition.ts';
import type { Services } from '../../helpers/asl/running.ts';

/** The driver that other tests run the state machine with: it must follow the language, or they show nothing. */
const objects = new Map<string, string>();
const services = (invoke: Services['invoke'] = async (_name, payload) => payload): Services => ({
  invoke,
  sendMessage: async () => ({ MessageId: '1' }),
  getObject: async (bucket, key) => {
    const text = objects.get(`${bucket}/${key}`);
    if (text === undefined) throw new Error('NoSuchKey');
    return Buffer.from(text);
  },
  putObject: async (bucket, key, text) => void objects.set(`${bucket}/${key}`, text),
});

const task = (more: object = {}) => ({
  Type: 'Task' as const,
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'f', 'Payload.$': '$' },
  End: true,
  ...more,
});
const one = (state: object): Definition =>
  ({ StartAt: 'A', States: { A: state, B: { Type: 'Pass', End: true } } }) as Definition;

describe('the driver of state machines', () => {
  it('fills templates, selects results and places them', async () => {
    const definition = one(
      task({
        Parameters: {
          FunctionName: 'f',
          Payload: { fixed: 1, 'whole.$': '$', 'deep.$': '$.a.b', 'name.$': '$$.Execution.Name' },
        },
        ResultSelector: { 'answer.$': '$.Payload.deep', 'status.$': '$.StatusCode' },
        ResultPath: '$.a.c',
        OutputPath: '$.a',
      }),
    );

    expect(
      await runDefinition(definition, { a: { b: 7 } }, { services: services() }),
    ).toMatchObject({
      output: { b: 7, c: { answer: 7, status: 200 } },
    });
  });

  it.each([
    [{ ErrorEquals: ['Busy'], MaxAttempts: 2 }, 'Busy', 3],
    [{ ErrorEquals: ['States.ALL'] }, 'Other', 4],
    [{ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }, 'Other', 1],
    [{ ErrorEquals: ['Busy'], MaxAttempts: 9 }, 'Other', 1],
    [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 }, 'Other', 2],
  ])('with %j calls what fails with %s %d times', async (retrier, name, calls) => {
    let called = 0;
    const invoke = async () => {
      called += 1;
      throw failure(name, 'because');
    };

    const outcome = await runDefinition(
      one(task({ Retry: [retrier] })),
      {},
      { services: services(invoke) },
    );

    expect(outcome).toMatchObject({ status: 'FAILED', error: name, cause: 'because' });
    expect(called).toBe(calls);
  });

  it('takes the first retrier that fits, and counts each by itself', async () => {
    const names = ['Busy', 'Other', 'Busy', 'Other', 'Busy'];
    const invoke = async () => {
      const name = names.shift();
      if (name) throw failure(name, '');
      return 'done';
    };
    const Retry = [
      { ErrorEquals: ['Busy'], MaxAttempts: 3 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 2 },
    ];

    const outcome = await runDefinition(
      one(task({ Retry, OutputPath: '$.Payload' })),
      {},
      { services: services(invoke) },
    );

    expect(outcome).toMatchObject({ output: 'done' });
  });

  it('waits as long as the retrier says, more each time', async () => {
    const times: number[] = [];
    const invoke = async () => {
      times.push(performance.now());
      throw failure('Busy', '');
    };
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 2 }];

    await runDefinition(one(task({ Retry })), {}, { services: services(invoke), secondMs: 20 });

    const [first = 0, second = 0] = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(first).toBeGreaterThanOrEqual(39);
    expect(second).toBeGreaterThanOrEqual(79);
  });

  it('catches, and goes on with the error beside the input', async () => {
    const invoke = async () => {
      throw failure('Broken', 'because');
    };
    const Catch = [
      { ErrorEquals: ['Other'], Next: 'A' },
      { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'B' },
    ];

    expect(
      await runDefinition(one(task({ Catch })), { a: 1 }, { services: services(invoke) }),
    ).toEqual({
      status: 'SUCCEEDED',
      output: { a: 1, failure: { Error: 'Broken', Cause: 'because' } },
      visited: ['A', 'B'],
    });
  });

  it.each([
    [{ x: true }, 'B'],
    [{ x: false }, 'C'],
    [{ y: 1, x: false }, 'B'],
  ])('chooses by %j', async (input, last) => {
    const definition = {
      StartAt: 'A',
      States: {
        A: {
          Type: 'Choice',
          Choices: [
            { Variable: '$.y', IsPresent: true, Next: 'B' },
            { Variable: '$.x', BooleanEquals: true, Next: 'B' },
          ],
          Default: 'C',
        },
        B: { Type: 'Pass', End: true },
        C: { Type: 'Fail', Error: 'No', Cause: 'because' },
      },
    } as Definition;

    expect((await runDefinition(definition, input, { services: services() })).visited.at(-1)).toBe(
      last,
    );
  });

  describe('with a distributed map', () => {
    const map = (more: object = {}) =>
      one({
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSONL' },
          Parameters: { Bucket: 'b', 'Key.$': '$.key' },
        },
        ItemSelector: {
          'item.$': '$$.Map.Item.Value',
          'index.$': '$$.Map.Item.Index',
          'key.$': '$.key',
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Item',
          States: { Item: task({ OutputPath: '$.Payload' }) },
        },
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { Bucket: 'b', Prefix: 'results' },
        },
        End: true,
        ...more,
      });
    const put = (count: number) =>
      objects.set('b/items', Array.from({ length: count }, (_, i) => `{"n":${i}}\n`).join(''));

    it('runs each item, not more at once than it may, and writes results', async () => {
      put(40);
      let [running, most] = [0, 0];
      const invoke: Services['invoke'] = async (_name, payload) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((done) => setTimeout(done, 1));
        running -= 1;
        return payload;
      };

      const outcome = await runDefinition(
        map({ MaxConcurrency: 7 }),
        { key: 'items' },
        { services: services(invoke) },
      );

      expect(most).toBe(7);
      const { Bucket, Key } = detailsOf(outcome);
      expect(Key).toMatch(/^results\/[0-9a-f-]{36}\/manifest\.json$/);
      const { ResultFiles } = JSON.parse(objects.get(`${Bucket}/${Key}`) ?? '');
      const [{ Key: name, Size: size }] = ResultFiles.SUCCEEDED;
      const text = objects.get(`${Bucket}/${name}`) ?? '';
      expect(Buffer.byteLength(text)).toBe(size);
      const written = JSON.parse(text);
      expect(written).toHaveLength(40);
      const inputs = written.map(({ Input }: { Input: string }) => JSON.parse(Input).index);
      expect(inputs.toSorted((a: number, b: number) => a - b)).toEqual(
        Array.from({ length: 40 }, (_, i) => i),
      );
    });

    it.each([
      [0, 1, 'FAILED'],
      [10, 4, 'SUCCEEDED'],
      [10, 5, 'FAILED'],
      [100, 40, 'SUCCEEDED'],
    ])('tolerates %d %% of failures: with %d of 40 it has %s', async (percent, failures, status) => {
      put(40);
      const invoke: Services['invoke'] = async (_name, payload) => {
        if ((payload as { index: number }).index < failures) throw failure('Bad', '');
        return payload;
      };
      const options = { MaxConcurrency: 1, ToleratedFailurePercentage: percent };

      const outcome = await runDefinition(
        map(options),
        { key: 'items' },
        { services: services(invoke) },
      );

      expect(outcome.status).toBe(status);
      if (outcome.status === 'FAILED') {
        expect(outcome.error).toBe('States.ExceedToleratedFailureThreshold');
      }
    });

    const detailsOf = (outcome: object) =>
      (outcome as { output: { ResultWriterDetails: { Bucket: string; Key: string } } }).output
        .ResultWriterDetails;

    it('gives each child an execution of its own, which knows nothing of the map', async () => {
      put(2);
      const seen: unknown[] = [];
      const Parameters = {
        FunctionName: 'f',
        Payload: { 'name.$': '$$.Execution.Name', 'input.$': '$$.Execution.Input.index' },
      };
      const ItemProcessor = {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Item',
        States: { Item: task({ Parameters }) },
      };
      const invoke: Services['invoke'] = async (_name, payload) => seen.push(payload);

      await runDefinition(
        map({ ItemProcessor, MaxConcurrency: 1 }),
        { key: 'items' },
        { services: services(invoke) },
      );

      expect(seen).toEqual([
        { name: expect.stringMatching(/-/), input: 0 },
        { name: expect.stringMatching(/-/), input: 1 },
      ]);
    });

    it('fails when a line of the file is no JSON', async () => {
      objects.set('b/items', '{"n": 1}\n{"n":\n');

      expect(await runDefinition(map(), { key: 'items' }, { services: services() })).toMatchObject({
        error: 'States.ItemReaderFailed',
      });
    });

    it('fails when there is no file of items', async () => {
      expect(await runDefinition(map(), { key: 'none' }, { services: services() })).toMatchObject({
        error: 'States.ItemReaderFailed',
      });
    });
  });

  it.each([
    ['a resource', task({ Resource: 'arn:aws:states:::dynamodb:getItem' })],
    ['a path', task({ Parameters: { FunctionName: 'f', 'Payload.$': '$.items[0]' } })],
    ['a rule', { Type: 'Choice', Choices: [{ Variable: '$.a', StringEquals: 'b', Next: 'B' }] }],
  ])('lets nobody catch that it does not know %s', async (_, state) => {
    const all = { ErrorEquals: ['States.ALL'] };
    const rules = state.Type === 'Task' ? { Retry: [all], Catch: [{ ...all, Next: 'B' }] } : {};

    await expect(
      runDefinition(one({ ...state, ...rules }), {}, { services: services() }),
    ).rejects.toThrow('not known');
  });

  it('lets nobody catch what the definition is to blame for', async () => {
    const state = task({
      Parameters: { FunctionName: 'f', 'Payload.$': '$.missing' },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
    });

    expect(await runDefinition(one(state), {}, { services: services() })).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
    });
  });

  it('fails a choice that nothing matches', async () => {
    const state = { Type: 'Choice', Choices: [{ Variable: '$.a', IsPresent: true, Next: 'B' }] };

    expect(await runDefinition(one(state), {}, { services: services() })).toMatchObject({
      status: 'FAILED',
      error: 'States.NoChoiceMatched',
    });
  });

  it('ends a task whose time is over', async () => {
    const invoke = () => new Promise(() => {});
    const state = task({ TimeoutSeconds: 960 });

    expect(
      await runDefinition(one(state), {}, { services: services(invoke), timeoutSecondMs: 0.01 }),
    ).toMatchObject({ error: 'States.Timeout' });
  });

  it.each([
    ['fits', 256 * 1024 - 12, 'SUCCEEDED'],
    ['does not fit', 256 * 1024 - 4, 'FAILED'],
  ])('counts what %s in bytes', async (_, bytes, status) => {
    const invoke = async () => 'é'.repeat(bytes / 2);
    const state = task({ ResultSelector: { 'p.$': '$.Payload' } });

    const outcome = await runDefinition(one(state), {}, { services: services(invoke) });

    expect(outcome.status).toBe(status);
    if (outcome.status === 'FAILED') expect(outcome.error).toBe('States.DataLimitExceeded');
  });

  it.each([
    [
      one(task({ Retry: [{ ErrorEquals: ['A'], MaxAttempt: 1 }] })),
      'field MaxAttempt of an error rule of A',
    ],
    [
      one(task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] })),
      'States.ALL of A is not alone',
    ],
    [
      one(task({ Catch: [{ ErrorEquals: ['States.ALL', 'A'], Next: 'B' }] })),
      'States.ALL of A is not alone',
    ],
    [one({ Type: 'Pass', End: true, Assign: {} }), 'field Assign of A is not known'],
    [one(task({ End: false })), 'A leads to undefined'],
    [{ StartAt: 'X', States: {} }, 'StartAt leads to X'],
    [one({ Type: 'Wait', Seconds: 1, End: true }), 'A has the type Wait'],
    [one({ Type: 'Pass', Next: 'Z' }), 'A leads to Z'],
  ])('refuses what it does not follow: %#', async (definition, message) => {
    await expect(runDefinition(definition, {}, { services: services() })).rejects.toThrow(message);
  });
});
