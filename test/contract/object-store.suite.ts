import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FileToUpload, ObjectStore, WriteCondition } from '../../src/publish/object-store.ts';

export interface ObjectStoreUnderTest {
  /** Another store over the same, empty root. */
  open(): Promise<ObjectStore>;
  /** Make the root empty again. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

/** Every object store passes this suite; a store's own file adds only what is special to it. */
export function describeObjectStore(
  name: string,
  setup: () => Promise<ObjectStoreUnderTest>,
): void {
  describe(`object store: ${name}`, () => {
    let under: ObjectStoreUnderTest;
    let store: ObjectStore;
    let folder: string;

    beforeAll(async () => {
      under = await setup();
    });
    afterAll(() => under.close());
    beforeEach(async () => {
      await under.clear();
      store = await under.open();
      folder = await mkdtemp(join(tmpdir(), 'upload-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    const create = (key: string, content = key) =>
      store.write(key, Buffer.from(content), { ifAbsent: true });
    const keysOf = async (prefix: string) =>
      (await store.list(prefix)).map(({ key }) => key).toSorted();
    const fileOf = async (content: Uint8Array): Promise<FileToUpload> => {
      const path = join(folder, 'file');
      await writeFile(path, content);
      const sha256 = createHash('sha256').update(content).digest('hex');
      return { path, sizeBytes: content.length, sha256 };
    };

    it('reads what was written, and undefined where nothing is', async () => {
      await create('a/b.json', 'hello');

      expect(text((await store.read('a/b.json'))?.bytes)).toBe('hello');
      expect(await store.read('a/c.json')).toBeUndefined();
      expect(await store.read('a')).toBeUndefined();
      expect(await store.read('a/b.json/c')).toBeUndefined();
    });

    it('creates an object once', async () => {
      expect(await create('a.json', 'first')).toBe('written');
      expect(await create('a.json', 'second')).toBe('conflict');

      expect(text((await store.read('a.json'))?.bytes)).toBe('first');
    });

    it('overwrites only what was read', async () => {
      await create('a.json', 'first');
      const first = (await store.read('a.json'))?.etag ?? '';

      const overwrite = (content: string, ifMatch: string) =>
        store.write('a.json', Buffer.from(content), { ifMatch });
      expect(await overwrite('second', first)).toBe('written');
      expect(await overwrite('third', first)).toBe('conflict');

      const second = await store.read('a.json');
      expect(text(second?.bytes)).toBe('second');
      expect(second?.etag).not.toBe(first);
    });

    it('does not create what was to be overwritten', async () => {
      await create('a.json');
      const etag = (await store.read('a.json'))?.etag ?? '';
      await store.delete(['a.json']);

      expect(await store.write('a.json', Buffer.from('x'), { ifMatch: etag })).toBe('conflict');
      expect(await store.read('a.json')).toBeUndefined();
    });

    it('lets one of many writers at once create an object, and one overwrite it', async () => {
      const stores = await Promise.all(Array.from({ length: 8 }, () => under.open()));
      const race = (round: string, condition: WriteCondition) =>
        Promise.all(
          stores.map((each, i) => each.write('race.json', Buffer.from(`${round} ${i}`), condition)),
        );
      const winners = (outcomes: readonly string[]) =>
        outcomes.flatMap((outcome, i) => (outcome === 'written' ? [i] : []));

      const created = winners(await race('created', { ifAbsent: true }));
      const found = await store.read('race.json');
      expect(created.map((i) => `created ${i}`)).toEqual([text(found?.bytes)]);

      const changed = winners(await race('changed', { ifMatch: found?.etag ?? '' }));
      const now = await store.read('race.json');
      expect(changed.map((i) => `changed ${i}`)).toEqual([text(now?.bytes)]);
    });

    it('lists what is below a folder, and only that', async () => {
      const started = Date.now();
      for (const key of ['m/a/1.json', 'm/a/b/c/2.bin', 'm/ab/3.json', 'm/4.json']) {
        await create(key);
      }

      expect(await keysOf('m/a')).toEqual(['m/a/1.json', 'm/a/b/c/2.bin']);
      expect(await keysOf('')).toEqual(['m/4.json', 'm/a/1.json', 'm/a/b/c/2.bin', 'm/ab/3.json']);
      expect(await keysOf('m/none')).toEqual([]);
      expect(await keysOf('m/4.json')).toEqual([]);
      expect((await store.listNames('m')).toSorted()).toEqual(['4.json', 'a', 'ab']);
      expect(await store.listNames('')).toEqual(['m']);
      expect(await store.listNames('none')).toEqual([]);
      const [first] = await store.list('m/a/b');
      expect(first).toMatchObject({ key: 'm/a/b/c/2.bin', sizeBytes: 13 });
      if (!name.includes('fake')) {
        expect(Math.abs((first?.modifiedAtMs ?? 0) - started)).toBeLessThan(60_000);
      }
    });

    it.each([
      'with space/a+b&c=d.json',
      'vin%20n%C2%B0%203/1.json',
      'quo\'te/"double"<tag>.json',
      'ü/日本/é.json',
      'dots/..a/.b/c..json',
      "mark!s/(a)*~'$@,;.json",
    ])('takes the key %s as it is', async (key) => {
      expect(await create(key, 'x')).toBe('written');

      expect(text((await store.read(key))?.bytes)).toBe('x');
      expect(await keysOf('')).toEqual([key]);
      expect(await store.listNames(key.slice(0, key.lastIndexOf('/')))).toEqual([
        key.slice(key.lastIndexOf('/') + 1),
      ]);
      await store.delete([key]);
      expect(await keysOf('')).toEqual([]);
    });

    it.each([
      '../a',
      'a/../b',
      'a//b',
      '/a',
      'a/',
      '',
      './a',
      'a\\b',
      'a\0b',
      '\ud800',
    ])('refuses %j as a key', async (key) => {
      const refusal = { code: 'INVALID_PARAMETER_VALUE' };
      const condition = { ifAbsent: true } as const;

      await expect(store.read(key)).rejects.toMatchObject(refusal);
      await expect(store.write(key, Buffer.from(''), condition)).rejects.toMatchObject(refusal);
      await expect(store.delete([key])).rejects.toMatchObject(refusal);
      const file = await fileOf(Buffer.from('x'));
      await expect(store.upload(key, file)).rejects.toMatchObject(refusal);
    });

    it.each([
      ['no bytes', 0],
      ['a few bytes', 10],
      ['several parts', 40 * 2 ** 20 + 17],
    ])(
      'uploads a file of %s, and reports them',
      async (_name, size) => {
        const content = Buffer.alloc(size, 'some bytes ');
        const steps: number[] = [];

        await store.upload('files/model.onnx', await fileOf(content), {
          onProgress: (bytes) => steps.push(bytes),
        });

        const found = await store.read('files/model.onnx');
        expect(found?.bytes.length).toBe(size);
        expect(content.equals(found?.bytes ?? Buffer.of(1))).toBe(true);
        expect(steps.reduce((sum, step) => sum + step, 0)).toBe(size);
        expect(await keysOf('')).toEqual(['files/model.onnx']);
      },
      60_000,
    );

    it('uploads over what is there', async () => {
      await create('a/b.bin', 'old');

      await store.upload('a/b.bin', await fileOf(Buffer.from('new')));

      expect(text((await store.read('a/b.bin'))?.bytes)).toBe('new');
    });

    it.each([
      ['of one part', 5],
      ['of several parts', 40 * 2 ** 20],
    ])(
      'keeps a file %s that changed meanwhile from becoming an object',
      async (_name, size) => {
        const file = await fileOf(Buffer.alloc(size, 'a'));

        const upload = store.upload('a.bin', { ...file, sha256: '0'.repeat(64) });

        await expect(upload).rejects.toMatchObject({
          code: 'TEMPORARILY_UNAVAILABLE',
          message: expect.stringContaining('changed while it was read'),
        });
        expect(await keysOf('')).toEqual([]);
      },
      60_000,
    );

    it('deletes many objects, those that are not there among them', async () => {
      const keys = Array.from({ length: 30 }, (_, i) => `many/${i}/x.json`);
      await Promise.all(keys.map((key) => create(key)));
      await create('stays.json');

      await store.delete([...keys, 'many/gone/x.json', 'gone.json']);

      expect(await keysOf('')).toEqual(['stays.json']);
      expect(await store.listNames('')).toEqual(['stays.json']);
      await store.delete([]);
    });

    it('stops when the caller has gone', async () => {
      await create('a.json');
      const signal = AbortSignal.abort(new Error('gone'));
      const file = await fileOf(Buffer.from('x'));

      await expect(store.read('a.json', { signal })).rejects.toThrow('gone');
      await expect(store.list('', { signal })).rejects.toThrow('gone');
      await expect(store.listNames('', { signal })).rejects.toThrow('gone');
      await expect(
        store.write('b.json', Buffer.from(''), { ifAbsent: true }, { signal }),
      ).rejects.toThrow('gone');
      await expect(store.upload('b.json', file, { signal })).rejects.toThrow('gone');
      await expect(store.delete(['a.json'], { signal })).rejects.toThrow('gone');
      expect(await keysOf('')).toEqual(['a.json']);
    });

    it('names its root as it was named', () => {
      expect(store.uri.endsWith('/')).toBe(false);
    });
  });
}
