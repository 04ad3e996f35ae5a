import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import { listModels } from '../../../src/publish/list-models.ts';
import { movePointer } from '../../../src/publish/move-pointer.ts';
import type { ObjectStore } from '../../../src/publish/object-store.ts';
import { pruneVersions } from '../../../src/publish/prune-versions.ts';
import { readHistory } from '../../../src/publish/read-history.ts';
import { removePointer } from '../../../src/publish/remove-pointer.ts';
import { rollBackPointer } from '../../../src/publish/roll-back-pointer.ts';
import { manifestKey, versionFolder } from '../../../src/registry/published-layout.ts';
import { createMemoryObjectStore } from '../../helpers/memory-object-store.ts';
import { publishManifests } from '../../helpers/promoters.ts';

const ROUNDS = 100;
const VERSIONS = 6;
const POINTERS = ['champion', 'challenger'];

/** Every call waits for a while that nobody can foresee, as on a network. Models are old, claims are new. */
function withDelays(store: ObjectStore): ObjectStore {
  const list: ObjectStore['list'] = async (prefix) =>
    (await store.list(prefix)).map((object) => ({
      ...object,
      modifiedAtMs: object.key.endsWith('removal.json') ? Date.now() : 0,
    }));
  const delayed =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      for (let turns = Math.random() * 8; turns > 0; turns -= 1) await turn();
      return call(...args);
    };
  return {
    uri: store.uri,
    read: delayed(store.read),
    list: delayed(list),
    listNames: delayed(store.listNames),
    write: delayed(store.write),
    upload: delayed(store.upload),
    delete: delayed(store.delete),
  };
}

const modelKey = (version: string) => `${versionFolder('wine', version)}/model/MLmodel`;
const keysOf = (version: string) => [manifestKey('wine', version), modelKey(version)];

/** What may be refused in such a race, and nothing else. */
const ifRefused = (error: unknown): void => {
  if (!(error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST')) throw error;
};

it(`leaves no pointer without its version, and no version without its files, whatever prune and promoters do at once (${ROUNDS} rounds)`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const direct = createMemoryObjectStore();
    await publishManifests(direct, VERSIONS);
    for (let version = 1; version <= VERSIONS; version += 1) {
      await direct.write(modelKey(`${version}`), Buffer.from('x'), { ifAbsent: true });
    }
    const store = withDelays(direct);
    const any = (most: number) => Math.floor(Math.random() * most);
    const work = async () => {
      const target = { name: 'wine', kind: 'alias', pointer: POINTERS[any(2)] ?? '' } as const;
      const version = String(1 + any(VERSIONS));
      const kind = any(8);
      if (kind === 0) await rollBackPointer(store, target).catch(ifRefused);
      else if (kind === 1) await removePointer(store, target);
      else await movePointer(store, { ...target, version }).catch(ifRefused);
    };
    const several = async () => {
      for (let i = 0; i < 5; i += 1) await work();
    };
    const prune = () => pruneVersions(store, { keep: 1 });

    await Promise.all([several(), several(), prune(), several(), prune()]);

    const [wine] = await listModels(direct);
    const there = wine?.versions.map(({ version }) => version) ?? [];
    for (const { version } of wine?.aliases ?? []) expect(there).toContain(version);
    expect(there).toContain(String(VERSIONS));
    for (const pointer of POINTERS) {
      const states = await readHistory(direct, { name: 'wine', kind: 'alias', pointer });
      expect(states.map(({ sequence }) => sequence)).toEqual(states.map((_, i) => i + 1));
    }
    const keys = (await direct.list('models/wine/versions')).map(({ key }) => key);
    expect(keys.toSorted()).toEqual(there.flatMap((version) => keysOf(version)).toSorted());
  }
}, 120_000);
