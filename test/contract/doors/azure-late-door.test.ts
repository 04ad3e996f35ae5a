import type { HttpRequest, InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { createLateDoor } from '../../../src/adapters/azure/late-door.ts';
import { ServingError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';

const REQUEST = { method: 'POST' } as HttpRequest;
const CONTEXT = { invocationId: 'one' } as InvocationContext;

/** A door whose openings fail with the given errors, one after the other, and then succeed. */
function openAfter(...errors: unknown[]) {
  const lines: string[] = [];
  const log = createLog({ stream: { write: (line) => lines.push(line) } });
  const handler = async () => ({ status: 200, body: 'open' });
  const door = createLateDoor(async () => {
    if (errors.length > 0) throw errors.shift();
    return { handler };
  }, log);
  const send = async () => {
    const { status, body } = (await door.handler(REQUEST, CONTEXT)) as {
      status: number;
      body: string;
    };
    return { status, body };
  };
  return { ...{ door, lines, send } };
}

describe('createLateDoor', () => {
  it('answers 500 for settings that cannot be read, and only the log says which', async () => {
    const wrong = new ServingError('INVALID_PARAMETER_VALUE', 'SETTING is not set');
    const { send, lines } = openAfter(wrong);

    const { status, body } = await send();

    expect(status).toBe(500);
    expect(JSON.parse(body)).toMatchObject({
      error_code: 'INTERNAL_ERROR',
      message: 'the function app is not set up: its log says why',
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('SETTING is not set');
  });

  it('keeps what says that it may pass', async () => {
    const { send } = openAfter(new ServingError('TEMPORARILY_UNAVAILABLE', 'the registry is away'));

    expect((await send()).status).toBe(503);
  });

  it('tries again with the next request', async () => {
    const { send } = openAfter(new Error('secret'));

    const first = await send();

    expect(first.status).toBe(500);
    expect(first.body).not.toContain('secret');
    expect(await send()).toEqual({ status: 200, body: 'open' });
  });

  it('tells who waits for it, at the start of the app', async () => {
    const { door } = openAfter(new Error('away'));

    await expect(door.open()).rejects.toThrow('away');
    await expect(door.open()).resolves.toHaveProperty('handler');
  });
});
