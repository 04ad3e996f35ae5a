import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import type { FetchSecret } from '../../../src/secrets/fetched-secret.ts';
import { createSecretSource } from '../../../src/secrets/secret-source.ts';

const REFERENCE = { service: 'ssm', id: '/a' } as const;
const MINUTE_MS = 60_000;

/** Answers with what `next` says, and counts. */
function setUp(next: FetchSecret) {
  let fetched = 0;
  let nowMs = 0;
  const source = createSecretSource(
    {},
    {
      fetchSecret: (...call) => {
        fetched += 1;
        return next(...call);
      },
      now: () => nowMs,
    },
  );
  return {
    source,
    read: async () => (await source.read(REFERENCE)).value,
    count: () => fetched,
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
}

const outage = new ServingError('TEMPORARILY_UNAVAILABLE', 'out of reach');

describe('createSecretSource', () => {
  it('remembers a value for five minutes, and callers share a lookup', async () => {
    const values = ['old', 'new'];
    const { read, count, wait } = setUp(async () => ({ value: values.shift() ?? '' }));

    expect(await Promise.all([read(), read(), read()])).toEqual(['old', 'old', 'old']);
    wait(5 * MINUTE_MS - 1);
    expect(await read()).toBe('old');
    expect(count()).toBe(1);
    wait(1);
    expect(await read()).toBe('new');
    expect(count()).toBe(2);
  });

  it('looks up again what was refused, at once', async () => {
    const values = ['old', 'new'];
    const { source, read } = setUp(async () => ({ value: values.shift() ?? '' }));

    await read();
    source.forget(REFERENCE);

    expect(await read()).toBe('new');
  });

  it('goes on with the value it has while the service is out of reach, and asks again after 30 s', async () => {
    const answers = ['old', outage, 'new'];
    const { read, count, wait } = setUp(async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return { value: answer ?? '' };
    });

    await read();
    wait(5 * MINUTE_MS);
    expect(await read()).toBe('old');
    wait(MINUTE_MS / 2 - 1);
    expect(await read()).toBe('old');
    expect(count()).toBe(2);
    wait(1);
    expect(await read()).toBe('new');
  });

  it('does not go on with a value that it may no longer read', async () => {
    const denied = new ServingError('PERMISSION_DENIED', 'denied');
    const answers = ['old', denied];
    const { read, wait } = setUp(async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return { value: answer ?? '' };
    });

    await read();
    wait(5 * MINUTE_MS);

    await expect(read()).rejects.toBe(denied);
  });

  it('does not remember a failed first lookup', async () => {
    const answers = [outage, 'there'];
    const { read } = setUp(async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return { value: answer ?? '' };
    });

    await expect(read()).rejects.toBe(outage);
    expect(await read()).toBe('there');
  });
});
