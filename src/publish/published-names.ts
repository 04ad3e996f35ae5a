import {
  decodeKeyPart,
  type PointerKind,
  pointersFolder,
  versionsFolder,
} from '../registry/published-layout.ts';
import type { CallOptions, ObjectStore } from './object-store.ts';

/** The names of all models that have anything in the registry. */
export async function listModelNames(store: ObjectStore, call: CallOptions): Promise<string[]> {
  const folders = await store.listNames('models', call);
  return folders.flatMap((folder) => decodeKeyPart(folder) ?? []).toSorted();
}

/** The numbers of a model's folders of versions, newest first; some may have no manifest. */
export async function listVersionFolders(
  store: ObjectStore,
  name: string,
  call: CallOptions,
): Promise<string[]> {
  const folders = await store.listNames(versionsFolder(name), call);
  return folders
    .filter((version) => /^[1-9]\d*$/.test(version))
    .toSorted((a, b) => Number(b) - Number(a));
}

/** The aliases or stages of a model, by name, those that were removed among them. */
export async function listPointerNames(
  store: ObjectStore,
  name: string,
  kind: PointerKind,
  call: CallOptions,
): Promise<string[]> {
  const files = await store.listNames(pointersFolder(name, kind), call);
  return files
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => decodeKeyPart(file.slice(0, -'.json'.length)) ?? [])
    .toSorted();
}
