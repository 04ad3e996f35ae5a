import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TrackedWorld } from '../model-registry.suite.ts';

export const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'registry');

export const readFixture = (name: string): Promise<string> =>
  readFile(join(FIXTURES, name), 'utf8');

type Ids = Omit<TrackedWorld, 'proxiedSource'>;

export const readIds = async (): Promise<{ server: Ids; fileStore: Ids }> =>
  JSON.parse(await readFixture('world.json'));

/** Where MLflow put the files of the recorded world. */
export const mlflowSourceOf = (ids: Ids) => (name: string, version: string) => {
  if (name === 'vin n° 3') return 's3://bucket/vin';
  return version === '1'
    ? `s3://bucket/wine/models/${ids.newer}/artifacts`
    : `s3://bucket/wine/${version}`;
};

export interface TemporaryFolder {
  readonly path: string;
  close(): Promise<void>;
}

export async function makeFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'registry-'));
  return { path, close: () => rm(path, { recursive: true }) };
}

/** A writer that takes rows in any order, as a dump has them. */
export const openWriter = (path: string): DatabaseSync =>
  new DatabaseSync(path, { enableForeignKeyConstraints: false });

/** A database file made of recorded SQL. */
export async function makeDatabase(fixture: string, path: string): Promise<void> {
  const database = openWriter(path);
  database.exec(await readFixture(fixture));
  database.close();
}

/** The world in the published layout, as docs/published-layout.md says: texts by key. */
export function publishedObjects(): ReadonlyMap<string, string> {
  const objects = new Map<string, string>();
  const write = (key: string, value: unknown) => objects.set(key, JSON.stringify(value));
  for (let version = 1; version <= 10; version += 1) {
    const tags = version === 2 ? { quality: 'z', 'a/b': 'c' } : {};
    write(`models/wine/versions/${version}/manifest.json`, manifest('wine', version, tags));
  }
  write('models/wine/versions/11/model/MLmodel', 'not published yet: no manifest');
  write('models/wine/aliases/champion.json', { version: '1' });
  write('models/wine/aliases/challenger.json', { version: '10' });
  write('models/wine/aliases/retired.json', { version: null, sequence: 4, action: 'demote' });
  write('models/wine/history/aliases/retired/00000003.json', { version: '1', sequence: 3 });
  write('models/wine/stages/Archived.json', { version: null, sequence: 2, action: 'demote' });
  write('models/wine/stages/Production.json', { version: '2' });
  write('models/wine/stages/Staging.json', { version: '10' });
  write('models/vin%20n%C2%B0%203/versions/1/manifest.json', manifest('vin n° 3', 1));
  write('models/empty/versions/1/model/MLmodel', 'not published yet: no manifest');
  return objects;
}

export async function writePublished(root: string): Promise<void> {
  for (const [key, text] of publishedObjects()) {
    await mkdir(dirname(join(root, key)), { recursive: true });
    await writeFile(join(root, key), text);
  }
}

export const manifest = (name: string, version: number, tags: Record<string, string> = {}) => ({
  schema: 'mlflow-serverless/manifest/1',
  name,
  version: String(version),
  source: `s3://bucket/${name}/${version}`,
  tags,
  flavors: {},
  files: [{ path: 'MLmodel', size: 12, sha256: 'ab'.repeat(32) }],
});
