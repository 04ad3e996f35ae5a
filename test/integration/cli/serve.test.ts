import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningCli, startCli } from '../../helpers/run-cli.ts';

const WINE = ['-m', 'models:/wine@champion', '--registry-uri', 'examples/registry'];
const JSON_TYPE = { 'content-type': 'application/json' };
const started: RunningCli[] = [];

afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

/** Serve the wine model on a free port. */
async function serveWine(args: readonly string[] = []) {
  const running = startCli(['serve', ...WINE, '-p', '0', ...args]);
  started.push(running);
  const output = await running.printed('\ntry: ');
  const url = / at (http:\S+)\n/.exec(output)?.[1] as string;
  return { ...running, url, output };
}

/** What a shell makes of a `curl` line. */
function requestOf(line: string): { url: string; contentType: string; body: string } {
  const command = line.replace(/^curl/, 'printf "%s\\0"');
  const [url, , header, , body] = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split(
    '\0',
  );
  return {
    url: url ?? '',
    contentType: (header ?? '').replace('Content-Type: ', ''),
    body: body ?? '',
  };
}

const sendHalf = (url: string, body: string): Socket => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    `POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
  );
  return socket;
};

describe('serve', () => {
  it('prints the URL and a line that works when pasted', async () => {
    const { url, output } = await serveWine();

    expect(output).toContain(`serving models:/wine@champion (wine 2) at ${url}\n`);
    const { body, contentType, ...request } = requestOf(
      /\ntry: (.*)\n/.exec(output)?.[1] as string,
    );
    expect(request.url).toBe(`${url}/invocations`);
    const answer = await fetch(request.url, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-mlflow-model-version')).toBe('2');
    expect(await answer.json()).toMatchObject({
      predictions: [{ output_label: 0 }, { output_label: 1 }],
    });
  });

  it('answers the other routes and wrong bodies', async () => {
    const { url } = await serveWine();

    expect(await (await fetch(`${url}/ping/`)).text()).toBe('\n');
    expect(await (await fetch(`${url}/version`)).text()).toBe('3.17.2');
    expect(
      (await fetch(`${url}/invocations`, { method: 'POST', headers: JSON_TYPE, body: '[1]' }))
        .status,
    ).toBe(400);
    expect((await fetch(`${url}/invocations`)).status).toBe(405);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('finishes a request under way at %s', async (signal) => {
    const { url, output, child, ended } = await serveWine();
    const { body } = requestOf(/\ntry: (.*)\n/.exec(output)?.[1] as string);
    const socket = sendHalf(url, body);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await sleep(100);

    child.kill(signal);
    await sleep(100);
    socket.write(body.slice(10));
    await once(socket, 'close');

    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('Connection: close');
    expect(answer).toContain('"output_label": 0');
    expect((await ended).exitCode).toBe(0);
  });

  it.each([
    { name: 'one process', args: [] },
    { name: 'workers', args: ['-w', '2'] },
  ])('takes a ctrl-C that npm and the terminal both pass on for one: $name', async ({ args }) => {
    const { url, output, child, ended } = await serveWine(args);
    const { body } = requestOf(/\ntry: (.*)\n/.exec(output)?.[1] as string);
    const socket = sendHalf(url, body);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await sleep(100);

    const everyone = [...childrenOf(child.pid as number), child.pid as number];
    for (const pid of [...everyone, ...everyone]) process.kill(pid, 'SIGINT');
    await sleep(100);
    socket.write(body.slice(10));
    await once(socket, 'close');

    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect((await ended).exitCode).toBe(0);
  });

  it.each([
    { name: 'one process', args: [] },
    { name: 'workers', args: ['-w', '2'] },
  ])('stops at once at a second signal: $name', async ({ args }) => {
    const { url, child, ended } = await serveWine(args);
    const socket = sendHalf(url, ' '.repeat(100));
    socket.on('error', () => {});
    await sleep(100);

    child.kill('SIGINT');
    await sleep(700);
    child.kill('SIGINT');

    expect((await ended).exitCode).toBe(130);
  });

  it('ends at once at a signal while the model is still on its way', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const registry = ['--registry-uri', `http://127.0.0.1:${port}`];
    const running = startCli(['serve', '-m', 'models:/wine@champion', ...registry, '-p', '0']);
    started.push(running);
    await once(silent, 'connection');

    running.child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running.ended;
    silent.close();

    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 130, stdout: '', stderr: '' });
  });

  it('says that the port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };

    const running = startCli(['serve', ...WINE, '-p', String(port)]);
    started.push(running);
    const { exitCode, stdout, stderr } = await running.ended;
    taken.close();

    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      `mlflow-serverless: port ${port} of 127.0.0.1 is in use: stop what listens there, or choose another port with -p\n`,
    );
  });

  it('answers with several workers, replaces one that dies, and stops them all', async () => {
    const { url, output, child, ended } = await serveWine(['-w', '2', '-p', await freePort()]);
    const { body } = requestOf(/\ntry: (.*)\n/.exec(output)?.[1] as string);
    const ask = async () =>
      (
        await fetch(`${url}/invocations`, {
          method: 'POST',
          headers: { ...JSON_TYPE, connection: 'close' },
          body,
        })
      ).status;
    expect(await ask()).toBe(200);

    const [worker] = childrenOf(child.pid as number);
    process.kill(worker as number, 'SIGKILL');
    await expect
      .poll(() => childrenOf(child.pid as number).filter((pid) => pid !== worker).length, {
        timeout: 10_000,
      })
      .toBe(2);
    await expect.poll(ask, { timeout: 10_000 }).toBe(200);
    child.kill('SIGINT');

    const { exitCode, stdout, stderr } = await ended;
    expect(exitCode).toBe(0);
    expect(stdout.match(/serving /g)).toHaveLength(1);
    expect(stderr).toContain('a worker ended (SIGKILL); the next one starts in 1 s');
  });
});

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A port that was free a moment ago: workers that come later must find the number of the first. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return String(port);
}

const childrenOf = (parent: number): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid as number);
