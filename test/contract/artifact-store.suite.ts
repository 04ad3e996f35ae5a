import { createHash } from 'node:crypto';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactStore, DownloadProgress } from '../../src/artifacts/artifact-store.ts';
import type { DownloadPolicy } from '../../src/artifacts/download-directory.ts';
import type { ArtifactFile } from '../../src/registry/model-registry.ts';

export type Files = Readonly<Record<string, Uint8Array | string>>;

export interface StoreUnderTest {
  open(policy?: DownloadPolicy): ArtifactStore;
  /** Put files below a folder of that name and give the URI of the folder. */
  populate(folder: string, files: Files): Promise<string>;
  readonly emptyUri: string;
  close(): Promise<void>;
}

const MODEL: Files = {
  MLmodel: 'flavors: {}\n',
  'model.onnx': Buffer.from([8, 10, 0, 255]),
  'data/weights.bin': Buffer.alloc(70_000, 7),
  'data/empty': '',
  "data/deep/er/a file + ü 文件 100% #1?&=~'(!)*.txt": 'names survive',
};

/** Every store passes this suite; a store's own file adds only what is special to it. */
export function describeArtifactStore(name: string, setup: () => Promise<StoreUnderTest>): void {
  describe(`artifact store: ${name}`, () => {
    let parent: string;
    let target: string;
    let under: StoreUnderTest;
    let modelUri: string;

    beforeAll(async () => {
      under = await setup();
      modelUri = await under.populate('model', MODEL);
    });
    afterAll(() => under.close());
    beforeEach(async () => {
      parent = await mkdtemp(join(tmpdir(), 'store-'));
      target = join(parent, 'model');
    });
    afterEach(() => rm(parent, { recursive: true }));

    /** Nothing that could be taken for a model, and nothing half-written. */
    const expectNothingLeft = async () => expect(await readdir(parent)).toEqual([]);

    it('brings every file with its path and bytes, from a listing', async () => {
      await under.open().download(modelUri, target);

      await expectFiles(target, MODEL);
      expect(await readdir(parent)).toEqual(['model']);
    });

    it('brings the files of a manifest and no others', async () => {
      const files = manifestOf(MODEL).filter(({ path }) => path !== 'data/empty');

      await under.open().download(modelUri, target, { files });

      const { 'data/empty': _, ...rest } = MODEL;
      await expectFiles(target, rest);
    });

    it('brings one file of which only the name is known, and says how far it is', async () => {
      const progress: DownloadProgress[] = [];
      const files = [{ path: 'MLmodel' }];

      await under
        .open()
        .download(modelUri, target, { files, onProgress: (at) => progress.push(at) });

      await expectFiles(target, { MLmodel: MODEL['MLmodel'] as string });
      expect(progress.at(-1)).toEqual({ bytes: 12, totalBytes: undefined });
    });

    it('brings a large file whole, whatever parts it comes in', async () => {
      const big = patternBytes(2_500_001);
      const uri = await under.populate('big', { MLmodel: 'x', 'model.onnx': big });
      const files = manifestOf({ MLmodel: 'x', 'model.onnx': big });

      await under.open({ partBytes: 200_000 }).download(uri, target, { files });

      expect((await readFile(join(target, 'model.onnx'))).equals(big)).toBe(true);
    });

    it.each([
      { name: 'another digest', change: { sha256: 'f'.repeat(64) }, text: /SHA-256/ },
      { name: 'a smaller size', change: { sizeBytes: 3 }, text: /bytes/ },
      { name: 'a larger size', change: { sizeBytes: 5 }, text: /bytes/ },
    ])('leaves nothing when the manifest promises $name', async ({ change, text }) => {
      const files = manifestOf(MODEL).map((file) =>
        file.path === 'model.onnx' ? { ...file, ...change } : file,
      );

      await expect(under.open().download(modelUri, target, { files })).rejects.toMatchObject({
        code: 'TEMPORARILY_UNAVAILABLE',
        message: expect.stringMatching(text),
      });

      await expectNothingLeft();
    });

    it('leaves nothing when a file of the manifest is not there', async () => {
      const files = [...manifestOf(MODEL), { path: 'data/missing', sizeBytes: 1 }];

      await expect(under.open().download(modelUri, target, { files })).rejects.toMatchObject({
        code: 'RESOURCE_DOES_NOT_EXIST',
        message: expect.stringContaining('missing'),
      });

      await expectNothingLeft();
    });

    it.each([
      '../evil',
      'data/../../evil',
      '/etc/evil',
      'data\\..\\evil',
      'C:/evil',
      'data//evil',
      'data/./evil',
      'evil\0',
      '',
      'MLmodel/evil',
    ])('refuses a manifest with the path %j before it asks for anything', async (path) => {
      const files = [...manifestOf(MODEL), { path, sizeBytes: 1 }];

      await expect(under.open().download(modelUri, target, { files })).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
      });

      await expectNothingLeft();
    });

    it('says which URI has no files', async () => {
      await expect(under.open().download(under.emptyUri, target)).rejects.toMatchObject({
        code: 'RESOURCE_DOES_NOT_EXIST',
        message: expect.stringContaining(under.emptyUri),
      });

      await expectNothingLeft();
    });

    it.each([
      { name: 'files', limits: { maxFiles: 4 }, text: /4 files/ },
      { name: 'bytes', limits: { maxBytes: 60_000 }, text: /limit of 0 MiB/ },
    ])('stops at the limit of $name', async ({ limits, text }) => {
      await expect(under.open({ limits }).download(modelUri, target)).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringMatching(text),
      });

      await expectNothingLeft();
    });

    it('lets two downloads of the same model end as one directory', async () => {
      const store = under.open();

      await Promise.all([store.download(modelUri, target), store.download(modelUri, target)]);

      await expectFiles(target, MODEL);
      expect(await readdir(parent)).toEqual(['model']);
    });

    it('takes a directory that is there already as complete', async () => {
      await under.open().download(modelUri, target);

      await under.open().download(under.emptyUri, target);

      await expectFiles(target, MODEL);
    });

    it('tells once when the first request has left', async () => {
      let told = 0;
      const onRequested = () => {
        told += 1;
      };

      await under.open().download(modelUri, target, { onRequested });
      await under.open().download(modelUri, target, { onRequested });

      expect(told).toBe(1);
    });

    it('throws the reason of an aborted signal and leaves nothing', async () => {
      const reason = new Error('the caller went away');
      const abort = new AbortController();
      const download = under.open().download(modelUri, target, { signal: abort.signal });
      setImmediate(() => abort.abort(reason));

      await expect(download).rejects.toBe(reason);

      await expectNothingLeft();
      await expect(access(target)).rejects.toThrow();
    });
  });
}

export const manifestOf = (files: Files): ArtifactFile[] =>
  Object.entries(files).map(([path, content]) => ({
    path,
    sizeBytes: Buffer.from(content as Uint8Array).length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));

/** Bytes that differ from one offset to the next, so that a misplaced part shows. */
export function patternBytes(length: number): Buffer {
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, (_, i) =>
    Math.imul(i + 1, 0x9e3779b1),
  );
  return Buffer.from(words.buffer, 0, length);
}

export async function expectFiles(directory: string, files: Files): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found: Record<string, string> = {};
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath, entry.name);
    found[path.slice(directory.length + 1)] = digestOf(await readFile(path));
  }
  const expected = Object.entries(files).map(([path, content]) => [path, digestOf(content)]);
  expect(found).toEqual(Object.fromEntries(expected));
}

/** Compared instead of the bytes: telling two large buffers apart takes the test runner a second. */
const digestOf = (content: Uint8Array | string): string =>
  `${Buffer.from(content as Uint8Array).length} bytes, SHA-256 ${createHash('sha256').update(content).digest('hex')}`;
