import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listModels } from '../../../src/publish/list-models.ts';
import { movePointer } from '../../../src/publish/move-pointer.ts';
import type { ObjectStore } from '../../../src/publish/object-store.ts';
import { pruneVersions } from '../../../src/publish/prune-versions.ts';
import { removePointer } from '../../../src/publish/remove-pointer.ts';
import { rollBackPointer } from '../../../src/publish/roll-back-pointer.ts';
import { manifestKey, pointerKey, removalKey } from '../../../src/registry/published-layout.ts';
import { makeScratchStore, type ScratchStore } from '../../helpers/scratch-store.ts';

const CHAMPION = { name: 'wine', kind: 'alias', pointer: 'champion' } as const;
const DIRECTORY = '0123456789abcdef';

let scratch: ScratchStore;
beforeEach(() => {
  scratch = makeScratchStore();
});
afterEach(() => scratch.remove());

async function publish(version: number, name = 'wine'): Promise<void> {
  const folder = `models/${encodeURIComponent(name)}/versions/${version}`;
  await scratch.put(`${folder}/${DIRECTORY}/MLmodel`, 'flavors: {}\n');
  await scratch.put(`${folder}/manifest.json`, {
    schema: 'mlflow-serverless/manifest/1',
    name,
    version: String(version),
    directory: DIRECTORY,
    published_at: `2026-01-0${version}T00:00:00.000Z`,
    flavors: { onnx: {}, python_function: {} },
    files: [{ path: 'MLmodel', size: 12, sha256: 'ab'.repeat(32) }],
  });
}
const publishUpTo = async (count: number) => {
  for (let version = 1; version <= count; version += 1) await publish(version);
};
const promote = (version: string, target: { kind?: 'stage'; pointer?: string } = {}) =>
  movePointer(scratch.store, { ...CHAMPION, ...target, version });
const prune = (keep: number, isDryRun = false) =>
  pruneVersions(scratch.store, { name: 'wine', keep, isDryRun });
const versionsLeft = async () =>
  (await listModels(scratch.store))[0]?.versions.map(({ version }) => version);
/** As if nobody had written there for so many hours. */
const age = (key: string, hours: number) => {
  const then = new Date(Date.now() - hours * 3_600_000);
  utimesSync(join(scratch.path, key), then, then);
};

describe('listModels', () => {
  it('shows versions, newest first, and what points to them', async () => {
    await publishUpTo(3);
    await publish(1, 'vin n° 3');
    await movePointer(scratch.store, {
      ...{ ...CHAMPION, version: '2', movedBy: 'ci', now: () => Date.UTC(2026, 1, 1) },
    });
    await promote('1', { pointer: 'retired' });
    await removePointer(scratch.store, { ...CHAMPION, pointer: 'retired' });
    await promote('3', { kind: 'stage', pointer: 'Staging' });

    const common = { sizeBytes: 12, flavors: ['onnx', 'python_function'] };
    expect(await listModels(scratch.store)).toEqual([
      {
        name: 'vin n° 3',
        versions: [{ version: '1', publishedAt: '2026-01-01T00:00:00.000Z', ...common }],
        aliases: [],
        stages: [],
      },
      {
        name: 'wine',
        versions: [
          { version: '3', publishedAt: '2026-01-03T00:00:00.000Z', ...common },
          { version: '2', publishedAt: '2026-01-02T00:00:00.000Z', ...common },
          { version: '1', publishedAt: '2026-01-01T00:00:00.000Z', ...common },
        ],
        aliases: [
          {
            pointer: 'champion',
            version: '2',
            movedAt: '2026-02-01T00:00:00.000Z',
            movedBy: 'ci',
          },
        ],
        stages: [expect.objectContaining({ pointer: 'Staging', version: '3' })],
      },
    ]);
    expect((await listModels(scratch.store, { name: 'wine' })).map(({ name }) => name)).toEqual([
      'wine',
    ]);
    expect(await listModels(scratch.store, { name: 'none' })).toEqual([]);
  });

  it('lists what is malformed with its fault, beside what is well', async () => {
    await publishUpTo(2);
    await scratch.put(manifestKey('wine', '1'), 'nonsense');
    await scratch.put(pointerKey('wine', 'alias', 'broken'), '{"version": 1}');

    const [wine] = await listModels(scratch.store);

    expect(wine?.versions.map(({ version, fault }) => [version, fault])).toEqual([
      ['2', undefined],
      ['1', expect.stringContaining('it is not JSON')],
    ]);
    expect(wine?.aliases).toEqual([
      expect.objectContaining({ pointer: 'broken', fault: expect.stringContaining('in quotes') }),
    ]);
  });

  it('does not list versions on their way in, and other people’s files', async () => {
    await publish(1);
    await scratch.put(`models/wine/versions/2/${DIRECTORY}/MLmodel`, 'x');
    await scratch.put('models/wine/versions/README', 'x');
    await scratch.put('models/README', 'x');
    await scratch.put('models/%zz/versions/1/manifest.json', 'x');

    expect((await listModels(scratch.store)).map(({ name }) => name)).toEqual(['wine']);
    expect(await versionsLeft()).toEqual(['1']);
  });

  it('is empty over nothing', async () => {
    expect(await listModels(scratch.store)).toEqual([]);
  });
});

describe('pruneVersions', () => {
  it('keeps the newest, what pointers name, and what a rollback would bring back', async () => {
    await publishUpTo(9);
    for (const version of ['1', '2', '3']) await promote(version);
    await promote('4', { kind: 'stage', pointer: 'Production' });

    const [wine] = await prune(2);

    expect(wine?.removed.map(({ version }) => version)).toEqual(['7', '6', '5', '1']);
    expect(wine?.kept).toEqual([
      { version: '3', reasons: ['alias "champion" of model "wine"'] },
      { version: '2', reasons: ['rollback of alias "champion" of model "wine"'] },
      { version: '4', reasons: ['stage Production of model "wine"'] },
    ]);
    expect(await versionsLeft()).toEqual(['9', '8', '4', '3', '2']);
    expect(await scratch.store.list('models/wine/versions/1')).toEqual([]);
    expect(await rollBackPointer(scratch.store, CHAMPION)).toMatchObject({ to: '2' });
  });

  it('keeps what undoing a removal would bring back', async () => {
    await publishUpTo(4);
    await promote('1');
    await removePointer(scratch.store, CHAMPION);

    await prune(1);

    expect(await versionsLeft()).toEqual(['4', '1']);
    expect(await rollBackPointer(scratch.store, CHAMPION)).toMatchObject({ to: '1' });
  });

  it('only says what would go, when asked to', async () => {
    await publishUpTo(3);

    const [wine] = await prune(1, true);

    expect(wine?.removed).toEqual([
      { version: '2', files: 2, sizeBytes: expect.any(Number) },
      { version: '1', files: 2, sizeBytes: expect.any(Number) },
    ]);
    expect(await versionsLeft()).toEqual(['3', '2', '1']);
  });

  it('prunes all models when none is named', async () => {
    await publishUpTo(2);
    await publish(1, 'other');
    await publish(2, 'other');

    const pruned = await pruneVersions(scratch.store, { keep: 1 });

    expect(
      pruned.map(({ name, removed }) => [name, removed.map(({ version }) => version)]),
    ).toEqual([
      ['other', ['1']],
      ['wine', ['1']],
    ]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses to keep %d versions', async (keep) => {
    await expect(prune(keep)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
  });

  it('removes nothing while a pointer is malformed', async () => {
    await publishUpTo(3);
    await scratch.put(pointerKey('wine', 'alias', 'broken'), 'nonsense');

    await expect(prune(1)).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('alias "broken"'),
    });
    expect(await versionsLeft()).toEqual(['3', '2', '1']);
  });

  it('brings a version back when a pointer moves there meanwhile', async () => {
    await publishUpTo(3);
    const before = await scratch.get(manifestKey('wine', '1'));
    // The promoter has seen the manifest, and writes the pointer after prune has deleted that.
    const store = interrupt('delete', () =>
      scratch.put(pointerKey('wine', 'alias', 'champion'), { version: '1' }),
    );

    const [wine] = await pruneVersions(store, { keep: 1 });

    expect(wine?.removed.map(({ version }) => version)).toEqual(['2']);
    expect(wine?.kept).toEqual([{ version: '1', reasons: ['alias "champion" of model "wine"'] }]);
    expect(await scratch.get(manifestKey('wine', '1'))).toEqual(before);
    expect(await scratch.get(removalKey('wine', '1'))).toBeUndefined();
    expect(await scratch.store.list('models/wine/versions/1')).toHaveLength(2);
  });

  it('brings everything back when it cannot look at the pointers again', async () => {
    await publishUpTo(3);
    const store = interrupt('delete', () =>
      scratch.put(pointerKey('wine', 'alias', 'broken'), 'nonsense'),
    );

    await expect(pruneVersions(store, { keep: 1 })).rejects.toThrow('alias "broken"');

    expect(await versionsLeft()).toEqual(['3', '2', '1']);
  });

  it('makes a promoter put its pointer back when it was the slower one', async () => {
    await publishUpTo(3);
    await promote('3');
    // Prune has looked at the pointers, and removes version 1 just before this pointer is written.
    let isRemoved = false;
    const store: ObjectStore = {
      ...scratch.store,
      write: async (key, ...rest) => {
        if (key === pointerKey('wine', 'alias', 'champion') && !isRemoved) {
          isRemoved = true;
          await scratch.store.delete([manifestKey('wine', '1')]);
        }
        return scratch.store.write(key, ...rest);
      },
    };

    await expect(movePointer(store, { ...CHAMPION, version: '1' })).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining('was removed'),
    });

    const state = await scratch.get(pointerKey('wine', 'alias', 'champion'));
    expect(state).toMatchObject({ version: '3', sequence: 3, action: 'rollback', restores: 1 });
  });

  it('does not remove the files of a version that was published again meanwhile', async () => {
    await publishUpTo(2);
    const store = interrupt('delete', () => publish(1));

    await pruneVersions(store, { keep: 1 });

    expect(await versionsLeft()).toEqual(['2', '1']);
    expect(await scratch.store.list(`models/wine/versions/1/${DIRECTORY}`)).toHaveLength(1);
  });

  it('leaves a version to the prune that claimed it first, unless that was killed a day ago', async () => {
    await publishUpTo(2);
    const claim = (hours: number) =>
      scratch.put(removalKey('wine', '1'), {
        claimed_at: new Date(Date.now() - hours * 3_600_000).toISOString(),
      });

    await claim(23);
    expect(await prune(1)).toMatchObject([
      { removed: [], kept: [{ version: '1', reasons: ['another prune, which is removing it'] }] },
    ]);
    expect(await versionsLeft()).toEqual(['2', '1']);

    await claim(25);
    expect(await prune(1)).toMatchObject([{ removed: [{ version: '1' }], kept: [] }]);
    expect(await scratch.store.list('models/wine/versions/1')).toEqual([]);
  });

  it('removes what killed publishes left more than a day ago, and nothing else', async () => {
    await publishUpTo(2);
    const left = [
      'models/wine/versions/2/fedcba9876543210/a.bin',
      'models/wine/versions/7/model/b',
    ];
    const fresh = [
      'models/wine/versions/2/aaaaaaaaaaaaaaaa/a.bin',
      'models/wine/versions/8/bbbbbbbbbbbbbbbb/a.bin',
    ];
    const foreign = ['models/wine/versions/2/notes/a.txt', 'models/wine/versions/notes/a.txt'];
    for (const key of [...left, ...fresh, ...foreign]) await scratch.put(key, 'content');
    for (const key of [...left, ...foreign]) age(key, 25);
    for (const key of fresh) age(key, 23);

    expect(await prune(5, true)).toMatchObject([{ leftovers: { files: 2, sizeBytes: 14 } }]);
    expect(await prune(5)).toMatchObject([{ leftovers: { files: 2, sizeBytes: 14 } }]);

    const keys = (await scratch.store.list('models/wine/versions')).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining([...fresh, ...foreign]));
    expect(keys.filter((key) => left.includes(key))).toEqual([]);
    expect(await versionsLeft()).toEqual(['2', '1']);
  });

  /** Something else happens right after the first call of a method. */
  function interrupt(method: 'delete', happen: () => Promise<void>): ObjectStore {
    let isOver = false;
    return {
      ...scratch.store,
      [method]: async (keys: readonly string[]) => {
        await scratch.store.delete(keys);
        if (isOver) return;
        isOver = true;
        await happen();
      },
    };
  }
});
