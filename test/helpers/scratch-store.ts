import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderObjectStore } from '../../src/publish/folder-object-store.ts';
import type { ObjectStore } from '../../src/publish/object-store.ts';

export interface ScratchStore {
  readonly store: ObjectStore;
  readonly path: string;
  /** Put an object there as another tool would: whatever is there. */
  put(key: string, content: unknown): Promise<void>;
  /** An object as JSON; undefined when there is none. */
  get(key: string): Promise<unknown>;
  remove(): void;
}

/** An empty folder to publish to. */
export function makeScratchStore(): ScratchStore {
  const path = mkdtempSync(join(tmpdir(), 'scratch-'));
  const store = createFolderObjectStore(path, path);
  return {
    store,
    path,
    async put(key, content) {
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      await store.delete([key]);
      await store.write(key, Buffer.from(text), { ifAbsent: true });
    },
    async get(key) {
      const found = await store.read(key);
      return found && JSON.parse(Buffer.from(found.bytes).toString());
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}
