import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { describeObjectStore } from '../object-store.suite.ts';

describeObjectStore('folder', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'folder-'));
  const root = join(parent, 'new', 'registry');
  return {
    open: () => openObjectStore(`${root}/`, {}),
    clear: () => rm(root, { recursive: true, force: true }),
    close: () => rm(parent, { recursive: true }),
  };
});

describe('a folder of objects', () => {
  let root: string;
  let outside: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'folder-'));
    outside = await mkdtemp(join(tmpdir(), 'outside-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
    await rm(outside, { recursive: true });
  });
  const write = async (key: string, content = 'x') =>
    (await openObjectStore(root, {})).write(key, Buffer.from(content), { ifAbsent: true });

  it('is never left by a link', async () => {
    await writeFile(join(outside, 'secret.json'), 'secret');
    await symlink(outside, join(root, 'models'));
    await symlink(join(outside, 'secret.json'), join(root, 'link.json'));
    const store = await openObjectStore(root, {});
    const refusal = { code: 'INVALID_PARAMETER_VALUE', message: expect.stringContaining('leaves') };

    await expect(store.read('models/secret.json')).rejects.toMatchObject(refusal);
    await expect(store.read('link.json')).rejects.toMatchObject(refusal);
    await expect(store.list('')).rejects.toMatchObject(refusal);
    await expect(store.listNames('models')).rejects.toMatchObject(refusal);
    await expect(write('models/new.json')).rejects.toMatchObject(refusal);
    await expect(write('models/deep/er/new.json')).rejects.toMatchObject(refusal);
    await expect(store.delete(['models/secret.json'])).rejects.toMatchObject(refusal);
    expect(await readdir(outside)).toEqual(['secret.json']);
  });

  it('says at once that no folder can be made, where the file system makes none', async () => {
    const store = await openObjectStore('/proc/nowhere/registry', {});

    await expect(store.write('a.json', Buffer.from('x'), { ifAbsent: true })).rejects.toMatchObject(
      {
        code: 'INVALID_PARAMETER_VALUE',
        message: 'no folder can be made at /proc/nowhere',
      },
    );
  });

  it('says that a file is in the way', async () => {
    await writeFile(join(root, 'file'), '');
    const store = await openObjectStore(join(root, 'file'), {});

    await expect(store.write('a.json', Buffer.from('x'), { ifAbsent: true })).rejects.toMatchObject(
      {
        code: 'INVALID_PARAMETER_VALUE',
        message: `there is a file where a folder is expected, at ${join(root, 'file')}`,
      },
    );
  });

  it('follows links inside itself', async () => {
    await write('a/b.json', 'b');
    await symlink('a', join(root, 'link'));
    const store = await openObjectStore(root, {});

    expect((await store.list('')).map(({ key }) => key).toSorted()).toEqual([
      'a/b.json',
      'link/b.json',
    ]);
    expect(await write('link/c.json')).toBe('written');
    expect(await store.read('a/c.json')).toBeDefined();
  });

  it('may be a link itself, or named as a file: URI', async () => {
    await symlink(root, join(outside, 'registry'));

    const linked = await openObjectStore(join(outside, 'registry'), {});
    await linked.write('a.json', Buffer.from('x'), { ifAbsent: true });

    const named = await openObjectStore(`file://${root}`, {});
    expect(await named.listNames('')).toEqual(['a.json']);
    expect(named.uri).toBe(`file://${root}`);
  });

  it('removes what a killed process left, and shows none of it', async () => {
    const left = join(root, '.publishing', 'write.partial-elsewhere-1-0123456789ab');
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'object'), 'half');
    const long = new Date(Date.now() - 48 * 3_600_000);
    const { utimes } = await import('node:fs/promises');
    await utimes(left, long, long);
    const store = await openObjectStore(root, {});

    expect(await store.list('')).toEqual([]);
    await write('a.json');

    expect(await readdir(join(root, '.publishing'))).toEqual(['lock']);
    expect(await store.listNames('')).toEqual(['a.json']);
    await expect(store.read('.publishing/lock')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
  });

  it('leaves no empty folders behind', async () => {
    await write('models/wine/versions/1/model/a.bin');
    const store = await openObjectStore(root, {});

    await store.delete(['models/wine/versions/1/model/a.bin']);

    expect(await readdir(root)).toEqual(['.publishing']);
  });

  it.skipIf(process.getuid?.() === 0)('says what it may not do', async () => {
    await write('a.json');
    await chmod(root, 0o500);

    await expect(write('models/b.json')).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: `this process may not write to ${root}/models/b.json`,
    });
    await chmod(root, 0o700);
  });

  it('says that there is a file where a folder is expected', async () => {
    await write('a');

    await expect(write('a/b.json')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('file where a folder is expected'),
    });
    await write('folder/x.json');
    await expect(write('folder')).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    await expect(write(`long/${'x'.repeat(300)}`)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('does not take names as long'),
    });
  });
});

describe('openObjectStore', () => {
  it.each([
    ['gs://bucket/x', 'NOT_IMPLEMENTED'],
    ['https://host/x', 'NOT_IMPLEMENTED'],
    ['s3://', 'INVALID_PARAMETER_VALUE'],
    ['  ', 'INVALID_PARAMETER_VALUE'],
    ['file://elsewhere/x', 'INVALID_PARAMETER_VALUE'],
  ])('refuses %s', async (uri, code) => {
    await expect(openObjectStore(uri, {})).rejects.toMatchObject({ code });
  });
});
