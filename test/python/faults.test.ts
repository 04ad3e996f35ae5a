import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPythonPredictor } from '../../src/predictor/python/python-predictor.ts';
import type { WorkerEvent } from '../../src/predictor/python/worker-event.ts';
import type { WorkerOptions } from '../../src/predictor/python/worker-options.ts';
import { processesWith } from './processes-with.ts';
import { type SavedModels, saveModels } from './saved-models.ts';

type Open = Awaited<ReturnType<typeof openPythonPredictor>>;

let models: SavedModels;
/** For tests that leave the process as they found it: a start takes seconds. */
let shared: Open;
const opened: Open[] = [];
const eventsOf = new WeakMap<Open, WorkerEvent[]>();

beforeAll(async () => {
  models = saveModels(['faults'], 'interop');
  shared = await open();
});
afterEach(async () => {
  const own = opened.filter((predictor) => predictor !== shared);
  await Promise.all(own.map((predictor) => predictor.release()));
  opened.splice(0);
});
afterAll(async () => {
  await shared.release();
  expect(processesWith(models.directory('faults'))).toEqual([]);
  models.remove();
});

async function open(options: Partial<WorkerOptions> = {}): Promise<Open> {
  const events: WorkerEvent[] = [];
  const predictor = await openPythonPredictor({
    python: models.python,
    directory: models.directory('faults'),
    onEvent: (event) => events.push(event),
    ...options,
  });
  opened.push(predictor);
  eventsOf.set(predictor, events);
  return predictor;
}

const request = (command: string, more: { deadlineAtMs?: number } = {}) => ({
  contentType: 'application/json',
  body: JSON.stringify({ dataframe_records: [{ do: command }] }),
  maxRows: 10,
  ...more,
});

const act = async (predictor: Open, command: string, more = {}): Promise<unknown> =>
  JSON.parse((await predictor.score(request(command, more))).text).predictions;

const eventsIn = (predictor: Open): WorkerEvent[] => eventsOf.get(predictor) ?? [];

const printed = (predictor: Open): string[] =>
  eventsIn(predictor).flatMap((event) => (event.type === 'line' ? [event.text] : []));

describe('a process that dies', () => {
  it.each([
    { how: 'crash', says: 'SIGSEGV' },
    { how: '_exit', says: 'code 9' },
  ])('gives that request a clear error by $how, and the next one a new process', async (fault) => {
    const predictor = await open();
    const first = await act(predictor, 'pid');

    const dying = act(predictor, fault.how);
    const waiting = act(predictor, 'pid');

    await expect(dying).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining(fault.says),
    });
    expect(await waiting).not.toBe(first);
    expect(await act(predictor, 'ok 7')).toBe('7');
  });

  it('is replaced when it was killed while nobody asked', async () => {
    const predictor = await open();
    process.kill((await act(predictor, 'pid')) as number, 'SIGKILL');
    await sleep(300);

    expect(await act(predictor, 'ok 7')).toBe('7');
    expect(eventsIn(predictor).filter(({ type }) => type === 'started').length).toBe(2);
  });
});

describe('a process that hangs', () => {
  it('is stopped at the deadline with all that it started; who waited gets a new one', async () => {
    const predictor = await open();

    const hanging = act(predictor, 'hang', { deadlineAtMs: Date.now() + 500 });
    const late = act(predictor, 'ok 1', { deadlineAtMs: Date.now() + 200 });
    const patient = act(predictor, 'ok 2');

    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', message: /waiting/ });
    await expect(hanging).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', message: /stopped/ });
    expect(await patient).toBe('2');
    expect(processesWith('sleep\u0189')).toEqual([]);
  });
});

describe('a process that prints', () => {
  it('keeps answering, and what it printed on any way is in the log', async () => {
    const predictor = shared;

    expect(await act(predictor, 'print')).toBe('printed');
    await sleep(100);

    expect(printed(predictor)).toEqual(
      expect.arrayContaining(['printed', 'written', 'by descriptor', 'from C', 'from a program']),
    );
  });

  it('keeps answering when it closed its output', async () => {
    const predictor = await open();

    expect(await act(predictor, 'close')).toBe('closed');
    expect(await act(predictor, 'raise value').catch((error) => error.code)).toBe('BAD_REQUEST');
    expect(await act(predictor, 'ok 7')).toBe('7');
  });

  it('may print 50 MB: some hundred lines of it are kept', async () => {
    const predictor = await open();

    expect(await act(predictor, 'flood 50')).toBe('flooded');

    expect(printed(predictor).length).toBeLessThan(3_000);
  });
});

describe('a model that raises', () => {
  it.each([
    { name: 'raise value', code: 'BAD_REQUEST', says: /unexpected error while evaluating/ },
    { name: 'raise memory', code: 'BAD_REQUEST', says: /unexpected error while evaluating/ },
    { name: 'raise exit', code: 'INTERNAL_ERROR', says: /tried to end the process \(SystemExit\)/ },
    { name: 'raise interrupt', code: 'INTERNAL_ERROR', says: /KeyboardInterrupt/ },
    { name: 'raise-mlflow', code: 'RESOURCE_DOES_NOT_EXIST', says: /unexpected error/ },
    { name: 'reserve', code: 'BAD_REQUEST', says: /unexpected error/ },
    { name: 'object', code: 'INTERNAL_ERROR', says: /cannot be written as JSON/ },
  ])('answers $name with $code, keeps its words to the log, and goes on', async ({
    name,
    code,
    says,
  }) => {
    const predictor = shared;

    const error = await act(predictor, name).then(String, (failure: Error) => failure);

    expect(error).toMatchObject({ code, message: expect.stringMatching(says) });
    expect((error as Error).message).not.toContain('secret-of-the-model');
    await sleep(100);
    expect(printed(predictor).join('\n')).toContain('Traceback');
    expect(await act(predictor, 'ok 7')).toBe('7');
    expect(eventsIn(predictor).filter(({ type }) => type === 'started').length).toBe(1);
  });
});

describe('bounds', () => {
  it('refuses a request above the frame size before anything is sent', async () => {
    const predictor = await open({ maxFrameBytes: 2 ** 20 });
    const body = Buffer.alloc(2 ** 20 + 1, 0x20);

    await expect(
      predictor.score({ contentType: 'text/csv', body, maxRows: 10 }),
    ).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE', message: /1048577 bytes/ });
    await expect(act(predictor, 'long 2')).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' });
    expect(await act(predictor, 'ok 7')).toBe('7');
  });

  it('refuses more rows than allowed before the model sees them', async () => {
    const predictor = shared;
    const rows = Array.from({ length: 11 }, () => ({ do: 'crash' }));
    const body = JSON.stringify({ dataframe_records: rows });

    await expect(
      predictor.score({ contentType: 'application/json', body, maxRows: 10 }),
    ).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE', message: /11 rows/ });
  });

  it('stops a process that takes too much memory, and says so', async () => {
    const predictor = await open({ memoryBytes: 600 * 2 ** 20 });
    expect(predictor.residentBytes()).toBeGreaterThan(100 * 2 ** 20);

    await expect(act(predictor, 'grow 2000')).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
      message: /more than 600 MiB of memory/,
    });
    expect(await act(predictor, 'ok 7')).toBe('7');
  });

  it('gives up a start that takes too long', async () => {
    await expect(open({ startTimeoutMs: 100 })).rejects.toMatchObject({
      message: /longer than 0.1 s/,
    });
  });
});

describe('what the model may reach', () => {
  it('is no network, in it and in the programs it starts; sockets of this machine stay', async () => {
    const predictor = shared;

    expect(await act(predictor, 'connect')).toEqual({
      inet: 'PermissionError',
      inet6: 'PermissionError',
      unix: 'open',
      program: 1,
    });
    expect(eventsIn(predictor)).toContainEqual(
      expect.objectContaining({ type: 'started', network: 'denied' }),
    );
  });

  it('is the network when that is allowed', async () => {
    const predictor = await open({ network: 'allow' });

    expect(await act(predictor, 'connect')).toMatchObject({ inet: 'open', program: 0 });
  });

  it('is no secret of the environment, neither its own nor that of the parent', async () => {
    const environment = {
      ...process.env,
      AWS_SECRET_ACCESS_KEY: 'x',
      MLFLOW_TRACKING_TOKEN: 'x',
      HF_TOKEN: 'x',
      OMP_NUM_THREADS: '1',
      MODEL_THRESHOLD: '0.5',
    };
    const predictor = await open({ environment, passedVariables: ['MODEL_THRESHOLD'] });

    const seen = (await act(predictor, 'environment')) as Record<string, string>;

    expect(seen).toMatchObject({ OMP_NUM_THREADS: '1', MODEL_THRESHOLD: '0.5' });
    expect(Object.values(seen)).not.toContain('x');
    expect(await act(predictor, 'parent-environment')).toBe('PermissionError');
  });

  it('are neither the channels of the protocol nor our modules', async () => {
    const predictor = shared;

    const found = (await act(predictor, 'descriptors')) as { program: number[] };
    expect(found.program.length).toBeLessThanOrEqual(4); // 0, 1, 2 and the folder that is listed
    expect(found).toMatchObject({ 'sockets in fork': 2 }); // its own 1 and 2
    const { argv, path } = (await act(predictor, 'arguments')) as {
      argv: string[];
      path: string[];
    };
    expect(argv).toEqual([]);
    expect(path.filter((entry) => entry.endsWith('main/python'))).toEqual([]);
  });
});
