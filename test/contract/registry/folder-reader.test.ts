import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFolderReader } from '../../../src/registry/object-reader.ts';

it('reads files anew each time, as that costs no more than comparing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reader-'));
  const reader = createFolderReader(folder);
  await writeFile(join(folder, 'pointer.json'), 'one');

  expect(await reader.readTagged('pointer.json', undefined)).toEqual({ bytes: Buffer.from('one') });
  await writeFile(join(folder, 'pointer.json'), 'two');
  expect(await reader.readTagged('pointer.json', undefined)).toEqual({ bytes: Buffer.from('two') });
  expect(await reader.readTagged('nothing', undefined)).toBeUndefined();

  await rm(folder, { recursive: true });
});
