import { openObjectStore } from '../../../src/publish/open-object-store.ts';

/** Every file below a place, hidden ones too, by its name there. */
export async function filesIn(
  uri: string,
  environment: Readonly<Record<string, string>>,
): Promise<Map<string, Buffer>> {
  const store = await openObjectStore(uri, environment);
  const files = new Map<string, Buffer>();
  for (const { key } of await store.list('')) {
    files.set(key, Buffer.from((await store.read(key))?.bytes ?? []));
  }
  return files;
}
