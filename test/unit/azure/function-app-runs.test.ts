import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFunctionAppRuns } from '../../../src/azure/function-app-runs.ts';

describe('createFunctionAppRuns', () => {
  let server: Server;
  let url: string;
  let seen: { method?: string; url?: string; key: unknown; body: string }[];
  let answer: { status: number; body?: object; location?: string };

  beforeEach(async () => {
    seen = [];
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const { method = '', url: target = '', headers } = request;
      seen.push({ method, url: target, key: headers['x-functions-key'], body });
      const { status, body: sent, location } = answer;
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(location && { location }),
      });
      response.end(sent && JSON.stringify(sent));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('starts a run by its name, with the key', async () => {
    answer = { status: 202, body: { name: 'cli-1', status: 'Pending' } };
    const runs = createFunctionAppRuns({ url: `${url}/api`, key: 'secret' });

    expect(await runs.start('cli-1', { input: 'a' })).toBe('cli-1');

    expect(seen).toEqual([
      { method: 'POST', url: '/api/batch-runs/cli-1', key: 'secret', body: '{"input":"a"}' },
    ]);
  });

  it.each([
    ['Running', undefined, { status: 'RUNNING', isUnderWay: true }],
    ['Pending', undefined, { status: 'RUNNING', isUnderWay: true }],
    ['ContinuedAsNew', undefined, { status: 'RUNNING', isUnderWay: true }],
    ['Completed', undefined, { status: 'SUCCEEDED', isUnderWay: false }],
    ['Failed', 'no rows', { status: 'FAILED', isUnderWay: false, cause: 'no rows' }],
    ['Terminated', undefined, { status: 'ABORTED', isUnderWay: false }],
  ])('tells %s as a state machine would', async (status, error, execution) => {
    answer = { status: 200, body: { name: 'x', status, ...(error && { error }) } };

    expect(await createFunctionAppRuns({ url, key: undefined }).describe('x')).toEqual(execution);
    expect(seen[0]?.key).toBeUndefined();
  });

  it.each([
    [401, 'UNAUTHENTICATED', /set MLFLOW_SERVERLESS_FUNCTION_KEY/],
    [404, 'RESOURCE_DOES_NOT_EXIST', /knows no runs of batch/],
  ])('says what the host’s bare %i means, and never the key', async (status, code, message) => {
    answer = { status };

    const failure = await createFunctionAppRuns({ url, key: 'secret' })
      .start('x', {})
      .catch((error: unknown) => error);

    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('secret');
  });

  it('does not take the key elsewhere', async () => {
    answer = { status: 307, location: 'http://127.0.0.1:1/' };

    await expect(createFunctionAppRuns({ url, key: 'secret' }).start('x', {})).rejects.toThrow();
    expect(seen).toHaveLength(1);
  });

  it.each(['', 'app', 'ftp://app'])('refuses %j as an address', (wrong) => {
    expect(() => createFunctionAppRuns({ url: wrong, key: undefined })).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
    );
  });
});
