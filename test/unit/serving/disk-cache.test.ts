import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import { createDiskCache, type DiskCacheOptions } from '../../../src/serving/disk-cache.ts';
import { version } from '../../helpers/fake-models.ts';

let root: string;
let nowMs: number;
let fills: number;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'disk-cache-'));
  nowMs = 1_700_000_000_000;
  fills = 0;
});
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));

/** Each use is a second later than the one before, so that the order of last use is known. */
const createCache = (options: DiskCacheOptions = {}) =>
  createDiskCache({ directory: root, maxBytes: 10_000, now: () => (nowMs += 1_000), ...options });

/** A model of `sizeBytes`, in two files, one of them in a folder. */
const filledWith =
  (sizeBytes = 100) =>
  async (directory: string): Promise<void> => {
    fills++;
    await mkdir(join(directory, 'data'), { recursive: true });
    await writeFile(join(directory, 'MLmodel'), 'flavors');
    await writeFile(join(directory, 'data/model.onnx'), new Uint8Array(sizeBytes - 7));
  };

const keys = async (): Promise<string[]> =>
  (await readdir(root))
    .filter((name) => name !== '.work')
    .map((name) => name.slice(0, -33))
    .sort();
const work = (): Promise<string[]> => readdir(join(root, '.work'));

describe('open', () => {
  it('fills once and reuses the directory, in this process and the next', async () => {
    const first = await createCache().open(version(1), filledWith());
    const second = await createCache().open(version(1), filledWith());

    expect(first).toMatchObject({ wasOnDisk: false, sizeBytes: 100 });
    expect(second).toMatchObject({ wasOnDisk: true, sizeBytes: 100, path: first.path });
    expect(fills).toBe(1);
    expect(await readFile(join(second.path, 'MLmodel'), 'utf8')).toBe('flavors');
    await expect.poll(work).toEqual([]);
  });

  it('shares the files of versions with one digest', async () => {
    const cache = createCache();
    const digest = 'sha256:abc';

    const first = await cache.open({ ...version(1), digest }, filledWith());
    const second = await cache.open({ ...version(1), source: 's3://else', digest }, filledWith());

    expect(second.path).toBe(first.path);
  });

  it('keeps versions of other sources apart', async () => {
    const cache = createCache();

    const first = await cache.open(version(1), filledWith());
    const second = await cache.open({ ...version(1), source: 's3://else' }, filledWith());

    expect(second.path).not.toBe(first.path);
  });

  it('keeps a name that is no file name inside the directory', async () => {
    const { path } = await createCache().open(version('1', '../../ä/b\0'), filledWith());

    expect(path.startsWith(`${root}/`)).toBe(true);
    expect(path).not.toContain('..');
  });

  it.each([
    { name: 'plain files', uri: { ...version(''), source: 's3://bucket/wine' } },
    { name: "a run's artifacts", uri: version('0123456789abcdef0123456789abcdef') },
  ])('fetches afresh what may change under its URI: $name', async ({ uri }) => {
    const cache = createCache();

    const first = await cache.open(uri, filledWith());
    const second = await cache.open(uri, filledWith());
    await first.release();

    expect(fills).toBe(2);
    expect([existsSync(first.path), existsSync(second.path)]).toEqual([false, true]);
    await second.release();
    await expect.poll(work).toEqual([]);
    await expect.poll(keys).toEqual([]);
  });

  it.each([
    { name: 'cut short', damage: (path: string) => truncate(join(path, 'data/model.onnx'), 5) },
    { name: 'missing', damage: (path: string) => rm(join(path, 'MLmodel')) },
    { name: 'not described', damage: (path: string) => rm(join(path, '../entry.json')) },
    {
      name: 'described by half',
      damage: (path: string) => truncate(join(path, '../entry.json'), 9),
    },
  ])('fills again when a file is $name', async ({ damage }) => {
    const first = await createCache().open(version(1), filledWith());
    await first.release();
    await damage(first.path);

    const second = await createCache().open(version(1), filledWith());

    expect(second).toMatchObject({ wasOnDisk: false, sizeBytes: 100, path: first.path });
    expect(fills).toBe(2);
  });

  it('fills again when the sizes are not those of the manifest', async () => {
    const cache = createCache();
    const first = await cache.open(version(1), filledWith());
    await first.release();

    const files = [{ path: 'MLmodel', sizeBytes: 8 }];
    await cache.open({ ...version(1), files }, filledWith());

    expect(fills).toBe(2);
  });

  it('leaves a damaged directory to the one that uses it', async () => {
    const cache = createCache();
    const first = await cache.open(version(1), filledWith());
    await truncate(join(first.path, 'MLmodel'), 1);

    const second = await cache.open(version(1), filledWith());

    expect(existsSync(first.path)).toBe(true);
    expect(second.path).not.toBe(first.path);
    expect(await readFile(join(second.path, 'MLmodel'), 'utf8')).toBe('flavors');
  });

  it('lets many callers at once agree on one directory', async () => {
    const cache = createCache();

    const opened = await Promise.all(
      Array.from({ length: 20 }, () => cache.open(version(1), filledWith())),
    );

    expect(new Set(opened.map(({ path }) => path)).size).toBe(1);
    await expect.poll(work).toEqual([]);
  });

  it('leaves nothing behind when filling fails, and tries again', async () => {
    const cache = createCache();
    const failing = async (directory: string): Promise<void> => {
      await mkdir(directory);
      throw new ServingError('TEMPORARILY_UNAVAILABLE', 'cut short');
    };

    await expect(cache.open(version(1), failing)).rejects.toMatchObject({ message: 'cut short' });

    await expect.poll(keys).toEqual([]);
    await expect.poll(work).toEqual([]);
    expect(await cache.open(version(1), filledWith())).toMatchObject({ wasOnDisk: false });
  });

  it('says what to do when the directory cannot be written', async () => {
    await writeFile(join(root, 'file'), '');
    const cache = createCache({ directory: join(root, 'file/cache') });

    await expect(cache.open(version(1), filledWith())).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
      message:
        'the model cache cannot be written; set MLFLOW_SERVERLESS_CACHE_DIR to a writable directory',
    });
  });
});

describe('bounds', () => {
  it('removes the least recently used entries beyond the bytes', async () => {
    const cache = createCache({ maxBytes: 250 });
    for (const number of [1, 2, 1, 3]) {
      await (await cache.open(version(number), filledWith())).release();
    }

    await expect.poll(keys).toEqual(['wine-1', 'wine-3']);
  });

  it('removes the least recently used entries beyond the number', async () => {
    const cache = createCache({ maxEntries: 2 });
    for (const number of [1, 2, 3, 4]) {
      await (await cache.open(version(number), filledWith())).release();
    }

    await expect.poll(keys).toEqual(['wine-3', 'wine-4']);
  });

  it('makes room before the download when the manifest says how much', async () => {
    const cache = createCache({ maxBytes: 150 });
    await (await cache.open(version(1), filledWith())).release();
    const seen: string[][] = [];
    const files = [
      { path: 'MLmodel', sizeBytes: 7 },
      { path: 'data/model.onnx', sizeBytes: 93 },
    ];

    await cache.open({ ...version(2), files }, async (directory) => {
      await expect.poll(keys).toEqual([]);
      seen.push(await keys());
      await filledWith()(directory);
    });

    expect(seen).toEqual([[]]);
  });

  it('keeps what is in use in this process', async () => {
    const cache = createCache({ maxBytes: 150 });
    const first = await cache.open(version(1), filledWith());

    const second = await cache.open(version(2), filledWith());
    await expect.poll(keys).toEqual(['wine-1', 'wine-2']);
    await first.release();
    await second.release();
    await cache.open(version(3), filledWith());

    await expect.poll(keys).toEqual(['wine-3']);
  });

  it('empties the disk when it is full, and tries once more', async () => {
    const cache = createCache();
    await (await cache.open(version(1), filledWith())).release();
    let failures = 0;

    const opened = await cache.open(version(2), async (directory) => {
      if (existsSync(join(root, '.work')) && (await keys()).length > 0 && failures++ === 0) {
        const cause = Object.assign(new Error('full'), { code: 'ENOSPC' });
        throw new ServingError('TEMPORARILY_UNAVAILABLE', 'no space', { cause });
      }
      await filledWith()(directory);
    });

    expect(failures).toBe(1);
    await expect.poll(keys).toEqual(['wine-2']);
    expect(existsSync(opened.path)).toBe(true);
  });
});

describe('other processes', () => {
  /** A process that opens version 1 and waits. */
  async function startUser() {
    const script = `
      import { createDiskCache } from ${JSON.stringify(join(process.cwd(), 'src/serving/disk-cache.ts'))};
      import { mkdirSync, writeFileSync } from 'node:fs';
      const fill = async (directory) => {
        mkdirSync(directory);
        writeFileSync(directory + '/MLmodel', 'x');
        if (process.argv[1] === 'half') { console.log('filling'); await new Promise((done) => setTimeout(done, 60_000)); }
      };
      const version = ${JSON.stringify(version(1))};
      await createDiskCache({ directory: ${JSON.stringify(root)} }).open(version, fill);
      console.log('open');
      setInterval(() => {}, 1_000);`;
    return (mode: 'open' | 'half') => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, mode], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return { child, isReady: once(child.stdout, 'data') };
    };
  }

  it('keeps what a live process uses, and takes it back when that was killed', async () => {
    const start = await startUser();
    const { child, isReady } = start('open');
    await isReady;
    const cache = createCache({ maxEntries: 1 });

    const second = await cache.open(version(2), filledWith());
    await expect.poll(keys).toEqual(['wine-1', 'wine-2']);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await second.release();
    await cache.open(version(3), filledWith());

    await expect.poll(keys).toEqual(['wine-3']);
  });

  it('removes what a killed process left half done', async () => {
    const start = await startUser();
    const { child, isReady } = start('half');
    await isReady;
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await work()).toHaveLength(1);

    const opened = await createCache().open(version(1), filledWith());

    expect(opened.wasOnDisk).toBe(false);
    await expect.poll(work).toEqual([]);
  });

  it('does not take a mark with our own process number for ours', async () => {
    const cache = createCache({ maxEntries: 1 });
    const first = await cache.open(version(1), filledWith());
    await first.release();
    const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-');
    await writeFile(join(first.path, `../in-use/${host}.${process.pid}.1.0123456789ab`), '');

    await cache.open(version(2), filledWith());

    await expect.poll(keys).toEqual(['wine-2']);
  });

  it('takes the mark of another machine for live', async () => {
    const cache = createCache({ maxEntries: 1 });
    const first = await cache.open(version(1), filledWith());
    await first.release();
    await writeFile(join(first.path, '../in-use/elsewhere.1.1.0123456789ab'), '');

    await cache.open(version(2), filledWith());

    await expect.poll(keys).toEqual(['wine-1', 'wine-2']);
  });
});
