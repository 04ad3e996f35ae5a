import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { describeModelRegistry } from '../model-registry.suite.ts';
import {
  makeDatabase,
  makeFolder,
  mlflowSourceOf,
  openWriter,
  readIds,
  type TemporaryFolder,
} from './world.ts';

describeModelRegistry('SQLite', async () => {
  const folder = await makeFolder();
  const { server: ids } = await readIds();
  await makeDatabase('mlflow.sql', join(folder.path, 'mlflow.db'));
  return {
    registry: openRegistry(
      {
        MLFLOW_TRACKING_URI: 'sqlite:///mlflow.db',
        MLFLOW_ARTIFACTS_DESTINATION: 's3://dest/root',
      },
      { cwd: folder.path },
    ),
    sourceOf: mlflowSourceOf(ids),
    tracked: { ...ids, proxiedSource: `s3://dest/root/7/models/${ids.proxied}/artifacts` },
    close: folder.close,
  };
});

describe('SQLite registry', () => {
  let folder: TemporaryFolder;
  let path: string;
  const open = (file = path, extra: Record<string, string> = {}) =>
    openRegistry({ MLFLOW_REGISTRY_URI: `sqlite:///${file}`, ...extra }, { cwd: folder.path });

  beforeAll(async () => {
    folder = await makeFolder();
    path = join(folder.path, 'mlflow.db');
    await makeDatabase('mlflow.sql', path);
  });
  afterAll(() => folder.close());

  it('reads the schema of MLflow 2.3', async () => {
    const old = join(folder.path, 'old.db');
    await makeDatabase('mlflow-2.3.sql', old);
    const run = '0123456789abcdef0123456789abcdef';

    expect(await open(old).resolve('models:/wine@champion')).toMatchObject({
      version: '1',
      source: 's3://bucket/wine/1',
    });
    expect(await open(old).resolve('models:/wine/latest')).toMatchObject({ version: '2' });
    expect(await open(old).resolve(`runs:/${run}/model`)).toMatchObject({
      source: 's3://bucket/run/artifacts/model',
    });
    await expect(open(old).resolve('models:/m-1')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  it('reads while a writer is in the middle of a transaction', async () => {
    const writer = openWriter(path);
    writer.exec(
      "BEGIN IMMEDIATE; UPDATE registered_model_aliases SET version = 2 WHERE alias = 'champion'",
    );

    const during = await open().resolve('models:/wine@champion');
    writer.exec('COMMIT');
    const after = await open().resolve('models:/wine@champion');
    writer.exec("UPDATE registered_model_aliases SET version = 1 WHERE alias = 'champion'");
    writer.close();

    expect([during.version, after.version]).toEqual(['1', '2']);
  });

  it('reads a database in WAL mode', async () => {
    const wal = join(folder.path, 'wal.db');
    await copyFile(path, wal);
    const writer = openWriter(wal);
    writer.exec('PRAGMA journal_mode = WAL');
    writer.exec("UPDATE registered_model_aliases SET version = 2 WHERE alias = 'champion'");

    const found = await open(wal).resolve('models:/wine@champion');
    writer.close();

    expect(found.version).toBe('2');
  });

  it('sees only its own workspace', async () => {
    const other = open(path, { MLFLOW_WORKSPACE: 'team-b' });

    await expect(other.resolve('models:/wine/1')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  it('explains that a location behind a proxy needs the server or its destination', async () => {
    await expect(open().resolve('models:/proxied/1')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('MLFLOW_ARTIFACTS_DESTINATION'),
    });
  });

  it('looks for a relative location beside the database', async () => {
    const relative = join(folder.path, 'relative.db');
    await copyFile(path, relative);
    const writer = openWriter(relative);
    writer.exec("UPDATE model_versions SET storage_location = 'mlflow.db' WHERE version = 2");
    writer.close();
    const registry = openRegistry({ MLFLOW_TRACKING_URI: `sqlite:///${relative}` }, { cwd: '/' });

    expect(await registry.resolve('models:/wine/2')).toMatchObject({ source: path });
  });

  it('keeps experiment numbers that do not fit a double', async () => {
    const big = join(folder.path, 'big.db');
    await copyFile(path, big);
    const writer = openWriter(big);
    for (const table of ['experiments', 'runs', 'logged_models', 'logged_model_tags']) {
      writer.exec(`UPDATE ${table} SET experiment_id = 731380875599588815 WHERE experiment_id = 1`);
    }
    writer.close();
    const { server } = await readIds();

    expect(await open(big).resolve(`runs:/${server.run}/model`)).toMatchObject({
      version: server.newer,
    });
  });

  it.each([
    ['is not there', 'nope.db', undefined, 'TEMPORARILY_UNAVAILABLE', 'cannot be opened'],
    [
      'is no database',
      'text.db',
      'some text, '.repeat(100),
      'INVALID_PARAMETER_VALUE',
      'not a SQLite',
    ],
    ['is empty', 'empty.db', '', 'INVALID_PARAMETER_VALUE', 'not an MLflow database'],
  ])('says so when the file %s', async (_name, file, content, code, message) => {
    if (content !== undefined) await writeFile(join(folder.path, file), content);

    const error = open(file).resolve('models:/wine/1');

    await expect(error).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await expect(error).rejects.not.toMatchObject({
      message: expect.stringContaining(folder.path),
    });
  });
});
