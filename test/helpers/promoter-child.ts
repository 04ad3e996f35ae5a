/**
 * Started as a process of its own: `node promoter-child.ts <uri> <name> <version,version> <moves>`, settings from the
 * environment. Moves the alias "champion" of "wine" from one version to the other, and writes each change that was made: `<sequence> <version>`.
 */
import { writeSync } from 'node:fs';
import { movePointer } from '../../src/publish/move-pointer.ts';
import { openObjectStore } from '../../src/publish/open-object-store.ts';

const [uri = '', movedBy = '', versions = '', moves = ''] = process.argv.slice(2);
const [one = '', other = ''] = versions.split(',');
const store = await openObjectStore(uri, process.env);
for (let move = 0; move < Number(moves); move += 1) {
  const version = move % 2 === 0 ? one : other;
  const target = { name: 'wine', kind: 'alias', pointer: 'champion' } as const;
  const { outcome, sequence } = await movePointer(store, { ...target, version, movedBy });
  if (outcome !== 'moved') throw new Error(`${movedBy} found version ${version}: ${outcome}`);
  writeSync(1, `${sequence} ${version}\n`);
}
