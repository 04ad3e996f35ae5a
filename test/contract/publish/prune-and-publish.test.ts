import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalStore } from '../../../src/artifacts/local-store.ts';
import { claimRemoval } from '../../../src/publish/claim-removal.ts';
import type { ObjectStore } from '../../../src/publish/object-store.ts';
import { pruneVersions } from '../../../src/publish/prune-versions.ts';
import { publishVersion } from '../../../src/publish/publish-version.ts';
import { readManifest } from '../../../src/publish/read-manifest.ts';
import { filesFolder, findMissingFiles } from '../../../src/publish/stored-files.ts';
import { createMemoryObjectStore } from '../../helpers/memory-object-store.ts';
import { onnxModelFiles } from '../../helpers/published-model.ts';
import { linearModel } from '../../helpers/tiny-onnx.ts';

const MANIFEST = 'models/wine/versions/7/manifest.json';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'to-publish-'));
  for (const [path, bytes] of Object.entries(onnxModelFiles(linearModel()))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const publish = (target: ObjectStore) =>
  publishVersion({
    source: { name: 'wine', version: '7', source: folder, tags: {} },
    origin: { uri: 'models:/wine/7' },
    store: createLocalStore(),
    target,
    verify: async () => ({ example: 'absent' }),
  });

/** What a publish of version 7 left that was killed long ago, in a store that knows how old its objects are. */
async function withLeftovers() {
  const memory = createMemoryObjectStore();
  await publish(memory);
  memory.objects.delete(MANIFEST);
  const before = memory.writes.length;
  const store: ObjectStore = {
    ...memory,
    list: async (prefix) =>
      (await memory.list(prefix)).map((object) => ({
        ...object,
        modifiedAtMs: memory.writes.indexOf(object.key, before) < 0 ? 0 : Date.now(),
      })),
  };
  return { memory, store };
}

/** Files of a version that is visible must all be there. */
async function expectWhole(store: ObjectStore): Promise<void> {
  const manifest = await readManifest(store, 'wine', '7');
  if (manifest === undefined) return;
  const place = filesFolder('wine', '7', manifest.directory);
  const files = manifest.files.map((file) => ({ ...file, sha256: file.sha256 ?? '' }));
  expect(await findMissingFiles(store, place, files)).toEqual([]);
}

describe('prune and publish at once', () => {
  it('leaves a version whole that is published while prune clears what a killed publish left there', async () => {
    const { store } = await withLeftovers();
    let published: Promise<unknown> | undefined;
    const slow: ObjectStore = {
      ...store,
      async delete(keys, options) {
        // The whole publish happens just before the files go.
        if (keys.some((key) => key.endsWith('model.onnx'))) {
          published = publish(store);
          await published.catch(() => {});
        }
        await store.delete(keys, options);
      },
    };

    await pruneVersions(slow, { name: 'wine', keep: 1 });

    await expect(published).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    await expectWhole(store);
    await publish(store);
    await expectWhole(store);
    expect(await readManifest(store, 'wine', '7')).toBeDefined();
  });

  it('copies again what prune took away while it was being copied', async () => {
    const { memory, store } = await withLeftovers();
    const copied: string[] = [];
    const cleared: ObjectStore = {
      ...store,
      async upload(key, file, options) {
        await store.upload(key, file, options);
        copied.push(key);
        if (copied.length === 1) memory.objects.delete(key);
      },
    };

    await publish(cleared);

    await expectWhole(store);
    expect(copied).toHaveLength(3);
    expect(copied[2]).toBe(copied[0]);
  });

  it('is not published while prune has claimed it, though the claim came during the copy', async () => {
    const { store } = await withLeftovers();
    const nowMs = Date.now();
    const claimed: ObjectStore = {
      ...store,
      async upload(key, file, options) {
        await claimRemoval(store, { name: 'wine', version: '7', nowMs }, {});
        await store.upload(key, file, options);
      },
    };

    await expect(publish(claimed)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(await readManifest(store, 'wine', '7')).toBeUndefined();
  });

  it('lets files alone that a publish has copied again since they were listed', async () => {
    const { memory, store } = await withLeftovers();
    const slow: ObjectStore = {
      ...store,
      async write(key, bytes, condition, options) {
        if (key.endsWith('removal.json'))
          for (const old of memory.objects.keys()) memory.writes.push(old);
        return store.write(key, bytes, condition, options);
      },
    };

    const [wine] = await pruneVersions(slow, { name: 'wine', keep: 1 });

    expect(wine?.leftovers).toEqual({ files: 0, sizeBytes: 0 });
    expect(memory.objects.size).toBe(2);
  });
});
