import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalStore } from '../../../src/artifacts/local-store.ts';
import {
  describeArtifactStore,
  expectFiles,
  type Files,
  type StoreUnderTest,
} from '../artifact-store.suite.ts';

async function setup(toUri: (path: string) => string): Promise<StoreUnderTest> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'local-')));
  await mkdir(join(root, 'empty'));
  return {
    open: createLocalStore,
    emptyUri: toUri(join(root, 'empty')),
    close: () => rm(root, { recursive: true }),
    async populate(folder, files) {
      await writeFiles(join(root, folder), files);
      return toUri(join(root, folder));
    },
  };
}

async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

describeArtifactStore('folder', () => setup((path) => path));
describeArtifactStore('file: URI', () => setup((path) => pathToFileURL(path).href));

describe('createLocalStore', () => {
  let root: string;
  const store = createLocalStore();
  const download = () => store.download(join(root, 'model'), join(root, 'target'));

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'local-')));
    await writeFiles(root, { 'model/MLmodel': 'x', 'model/data/a': 'a', secret: 's' });
  });
  afterEach(() => rm(root, { recursive: true }));

  it('follows links inside the folder', async () => {
    await symlink('data/a', join(root, 'model/link'));
    await symlink('data', join(root, 'model/folder'));

    await download();

    await expectFiles(join(root, 'target'), {
      MLmodel: 'x',
      'data/a': 'a',
      link: 'a',
      'folder/a': 'a',
    });
  });

  it.each([
    { name: 'a file outside', to: '../secret', text: /leaves the folder/ },
    { name: 'a folder outside', to: '..', text: /leaves the folder/ },
    { name: 'an absolute path outside', to: '/etc/hostname', text: /leaves the folder/ },
    { name: 'a folder above it', to: '.', text: /folder above it/ },
    { name: 'itself', to: 'link', text: /circle/ },
  ])('refuses a link to $name', async ({ to, text }) => {
    await symlink(to, join(root, 'model/link'));

    await expect(download()).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(text),
    });
  });

  it('says that a file is not a folder, and that a folder is not there', async () => {
    const file = store.download(join(root, 'secret'), join(root, 'target'));
    await expect(file).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });

    const nothing = store.download(join(root, 'nowhere'), join(root, 'target'));
    await expect(nothing).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
  });
});
