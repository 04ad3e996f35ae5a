import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ObjectStore, WriteCondition } from '../../src/publish/object-store.ts';

/** Objects in a map, and what was done to them; a test may interfere before any write or upload. */
export interface MemoryObjectStore extends ObjectStore {
  readonly objects: Map<string, Buffer>;
  /** Keys in the order in which they were written. */
  readonly writes: string[];
  before: (call: 'write' | 'upload', key: string) => void | Promise<void>;
  json(key: string): unknown;
}

export function createMemoryObjectStore(): MemoryObjectStore {
  const objects = new Map<string, Buffer>();
  const writes: string[] = [];
  const below = (prefix: string) =>
    [...objects].filter(([key]) => prefix === '' || key.startsWith(`${prefix}/`));
  const put = (key: string, bytes: Uint8Array): void => {
    objects.set(key, Buffer.from(bytes));
    writes.push(key);
  };
  const store: MemoryObjectStore = {
    uri: 'memory://registry',
    objects,
    writes,
    before: () => {},
    json: (key) => JSON.parse(objects.get(key)?.toString() ?? 'null'),
    async read(key, { signal } = {}) {
      signal?.throwIfAborted();
      const bytes = objects.get(key);
      return bytes && { bytes, etag: etagOf(bytes) };
    },
    async list(prefix) {
      return below(prefix).map(([key, bytes]) => ({
        key,
        sizeBytes: bytes.length,
        modifiedAtMs: 0,
      }));
    },
    async listNames(prefix) {
      const start = prefix === '' ? 0 : prefix.length + 1;
      return [...new Set(below(prefix).map(([key]) => key.slice(start).split('/')[0] as string))];
    },
    async write(key, bytes, condition, { signal } = {}) {
      await store.before('write', key);
      signal?.throwIfAborted();
      if (!holds(condition, objects.get(key))) return 'conflict';
      put(key, bytes);
      return 'written';
    },
    async upload(key, file, { signal, onProgress } = {}) {
      await store.before('upload', key);
      signal?.throwIfAborted();
      put(key, await readFile(file.path));
      onProgress?.(file.sizeBytes);
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
  };
  return store;
}

const holds = (condition: WriteCondition, bytes: Buffer | undefined): boolean =>
  'ifAbsent' in condition
    ? bytes === undefined
    : bytes !== undefined && etagOf(bytes) === condition.ifMatch;

const etagOf = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
