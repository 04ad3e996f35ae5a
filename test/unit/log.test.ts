import { describe, expect, it } from 'vitest';
import { ServingError } from '../../src/errors.ts';
import { createLog, type LogOptions } from '../../src/log.ts';
import { createLogTelemetry } from '../../src/log-telemetry.ts';

const NOW_MS = Date.UTC(2024, 0, 2, 3, 4, 5, 678);

function setUp(options: Partial<LogOptions> & { isTTY?: boolean } = {}) {
  const lines: string[] = [];
  const stream = { isTTY: options.isTTY ?? false, write: (text: string) => lines.push(text) };
  return { log: createLog({ stream, now: () => NOW_MS, ...options }), lines };
}

describe('createLog', () => {
  it('writes one line of JSON for each message', () => {
    const { log, lines } = setUp();

    log.warn('could not refresh', {
      failures: 2,
      uri: 'models:/wine@champion',
      serving: undefined,
    });

    expect(lines).toEqual([
      '{"time":"2024-01-02T03:04:05.678Z","level":"warn","message":"could not refresh","failures":2,"uri":"models:/wine@champion"}\n',
    ]);
  });

  it('writes one readable line to a terminal', () => {
    const { log, lines } = setUp({ isTTY: true });

    log.info('opened wine 1', { openMs: 12.5, model: { name: 'wine' }, error: undefined });

    expect(lines).toEqual(['03:04:05 info  opened wine 1  openMs=12.5  model={"name":"wine"}\n']);
  });

  it.each([
    { level: 'debug', expected: ['debug', 'info', 'warn', 'error'] },
    { level: 'info', expected: ['info', 'warn', 'error'] },
    { level: 'error', expected: ['error'] },
    { level: 'silent', expected: [] },
  ] as const)('writes at $level and above', ({ level, expected }) => {
    const { log, lines } = setUp({ level });

    for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]('message');

    expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
    expect(log.isEnabled('warn')).toBe((expected as readonly string[]).includes('warn'));
  });

  it('writes an error as code, message and cause, without a stack', () => {
    const { log, lines } = setUp();
    const cause = new Error('connect ECONNREFUSED https://me:secret@host/');

    log.error('no model', {
      error: new ServingError('TEMPORARILY_UNAVAILABLE', 'down', { cause }),
    });

    expect(JSON.parse(lines[0]!).error).toEqual({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: 'down',
      cause: 'Error: connect ECONNREFUSED https://***@host/',
    });
  });

  it('keeps the stack of what is a bug', () => {
    const { log, lines } = setUp();

    log.error('a request failed', { error: new TypeError('x is undefined') });

    expect(JSON.parse(lines[0]!).error).toMatchObject({
      message: 'x is undefined',
      stack: expect.stringContaining('log.test.ts'),
    });
  });

  it.each([
    ['https://user:pass@host/path', 'https://***@host/path'],
    ['https://user:p@ss@host/path', 'https://***@host/path'],
    [
      's3://bucket/key?X-Amz-Signature=abc&X-Amz-Date=1',
      's3://bucket/key?X-Amz-Signature=***&X-Amz-Date=***',
    ],
    ['wasbs://models@account/x', 'wasbs://models@account/x'],
    ['wasbs://user:pass@account/x', 'wasbs://***@account/x'],
    ['abfss://models@p@account/x', 'abfss://***@account/x'],
    ['https://blob/x?sig=a%2Fb&sv=1', 'https://blob/x?sig=***&sv=1'],
    ['authorization: Bearer abcdefghijkl', 'authorization: Bearer ***'],
    ['models:/wine@champion', 'models:/wine@champion'],
    ['the basic idea', 'the basic idea'],
  ])('takes credentials out of %s', (text, expected) => {
    const { log, lines } = setUp();

    log.info(text, { text });

    expect(JSON.parse(lines[0]!)).toMatchObject({ message: expected, text: expected });
  });
});

describe('createLogTelemetry', () => {
  it('says at warn that a refresh failed and which version goes on', () => {
    const { log, lines } = setUp();

    createLogTelemetry(log).emit({
      type: 'refresh-failed',
      uri: 'models:/wine@champion',
      serving: { name: 'wine', version: '1' },
      failures: 1,
      retryInMs: 749.96,
      error: new ServingError('TEMPORARILY_UNAVAILABLE', 'down'),
    });

    expect(JSON.parse(lines[0]!)).toEqual({
      time: '2024-01-02T03:04:05.678Z',
      level: 'warn',
      message: 'could not refresh models:/wine@champion; wine 1 goes on',
      event: 'refresh-failed',
      failures: 1,
      retryInMs: 750,
      error: { code: 'TEMPORARILY_UNAVAILABLE', message: 'down' },
    });
  });

  it('warns of a model that fails on its own example', () => {
    const { log, lines } = setUp({ isTTY: true });

    createLogTelemetry(log).emit({
      type: 'model-loaded',
      model: { name: 'wine', version: '' },
      durationMs: 1,
      filesMs: 1,
      openMs: 1,
      filesBytes: 1,
      residentBytes: 1,
      wasOnDisk: true,
      example: 'failed',
      exampleError: new ServingError('BAD_REQUEST', 'no column'),
    });

    expect(lines[0]).toContain('warn  opened wine, but it fails on its own input example');
  });

  it('tells of requests only at debug', () => {
    const quiet = setUp();
    const verbose = setUp({ level: 'debug' });
    const event = {
      type: 'predicted',
      model: { name: 'wine', version: '1' },
      durationMs: 1,
    } as const;

    createLogTelemetry(quiet.log).emit(event);
    createLogTelemetry(verbose.log).emit(event);

    expect(quiet.lines).toEqual([]);
    expect(JSON.parse(verbose.lines[0]!)).toMatchObject({
      level: 'debug',
      message: 'predicted by wine 1',
    });
  });
});
