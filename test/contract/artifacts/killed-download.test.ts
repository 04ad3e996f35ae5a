import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from '../../../src/artifacts/temporary-directory.ts';
import { type FakeS3, startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../../helpers/fake-s3-answers.ts';
import { expectFiles, patternBytes } from '../artifact-store.suite.ts';

const FILES = { MLmodel: 'flavors: {}\n', 'data/model.onnx': patternBytes(450_000) };
const CHILD = join(import.meta.dirname, '../../helpers/download-child.ts');

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'killed-'));
});
afterEach(() => rm(parent, { recursive: true }));

describe('a process that is killed while it downloads', () => {
  let s3: FakeS3;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    s3 = await startFakeS3();
    for (const [path, content] of Object.entries(FILES)) s3.put('models', `wine/${path}`, content);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await s3.close();
  });

  function startDownload(): ChildProcess {
    const child = spawn(process.execPath, [CHILD, 's3://models/wine', join(parent, 'model')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
        AWS_ENDPOINT_URL: s3.url,
      },
    });
    children.push(child);
    return child;
  }

  it('leaves no model, and the next process downloads it cleanly', async () => {
    s3.setFault(({ range }) =>
      range?.startsWith('bytes=100000-') ? { kind: 'stall' } : undefined,
    );
    const killed = startDownload();
    await untilBytesArrived(parent);

    killed.kill('SIGKILL');
    await once(killed, 'exit');

    expect(await readdir(parent)).toEqual([expect.stringMatching(/^model\.partial-/)]);

    s3.setFault(() => undefined);
    const [exitCode] = await once(startDownload(), 'exit');

    expect(exitCode).toBe(0);
    expect(await readdir(parent)).toEqual(['model']);
    await expectFiles(join(parent, 'model'), FILES);
  });

  it('may have a twin: both end well and one directory is there', async () => {
    s3.setFault(() => ({ kind: 'delay', ms: 100 }));

    const exits = await Promise.all([once(startDownload(), 'exit'), once(startDownload(), 'exit')]);

    expect(exits.map(([code]) => code)).toEqual([0, 0]);
    expect(await readdir(parent)).toEqual(['model']);
    await expectFiles(join(parent, 'model'), FILES);
  });
});

describe('createTemporaryDirectory', () => {
  const target = () => join(parent, 'model');

  it('removes what dead processes of this machine left, whatever they downloaded', async () => {
    const mine = await createTemporaryDirectory(target());
    const dead = mine.path.replace(/-\d+-[0-9a-f]{12}$/, '-4194999-0123456789ab');
    const restarted = mine.path.replace(/[0-9a-f]{12}$/, '0123456789ab');
    const ofOther = dead.replace('/model.', '/other.');
    for (const path of [dead, restarted, ofOther])
      await mkdir(join(path, 'data'), { recursive: true });

    const next = await createTemporaryDirectory(target());

    const expected = [mine.path, next.path].map((path) => path.slice(parent.length + 1)).sort();
    expect((await readdir(parent)).sort()).toEqual(expected);
  });

  it('leaves those of living processes and other machines, and all other names', async () => {
    const foreign = 'model.partial-other.host-1-0123456789ab';
    const alive = (await createTemporaryDirectory(target())).path.replace(
      /-\d+-[0-9a-f]{12}$/,
      `-${process.ppid}-0123456789ab`,
    );
    await mkdir(join(parent, foreign));
    await mkdir(join(parent, 'model.partial-x'));
    await mkdir(alive);

    await createTemporaryDirectory(target());

    const names = await readdir(parent);
    expect(names).toContain(foreign);
    expect(names).toContain('model.partial-x');
    expect(names).toContain(alive.slice(parent.length + 1));
  });

  it('removes those of other machines after a day', async () => {
    const foreign = join(parent, 'model.partial-other.host-1-0123456789ab');
    await mkdir(foreign);
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await utimes(foreign, yesterday, yesterday);

    const mine = await createTemporaryDirectory(target());

    expect(await readdir(parent)).toEqual([mine.path.slice(parent.length + 1)]);
  });

  it('gives way to a directory that came first', async () => {
    const mine = await createTemporaryDirectory(target());
    await mkdir(target());
    await writeFile(join(target(), 'MLmodel'), 'theirs');

    expect(await mine.moveIntoPlace()).toBe(false);

    expect(await readdir(parent)).toEqual(['model']);
    expect(await readdir(target())).toEqual(['MLmodel']);
  });
});

async function untilBytesArrived(parent: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const [name] = await readdir(parent);
    const file = join(parent, name ?? '', 'data/model.onnx');
    const found = await stat(file).catch(() => undefined); // not there yet
    if (found && found.size >= 400_000) return;
    await sleep(10);
  }
  throw new Error('the child did not begin to download');
}
