import { createLimiter } from '../artifacts/limiter.ts';
import { isMalformed } from '../registry/parse-json-object.ts';
import type { Pointer } from '../registry/pointer.ts';
import type { PointerKind } from '../registry/published-layout.ts';
import type { CallOptions, ObjectStore } from './object-store.ts';
import { checkModelName } from './pointer.ts';
import { readPointer } from './pointer-states.ts';
import { listModelNames, listPointerNames, listVersionFolders } from './published-names.ts';
import { readManifest } from './read-manifest.ts';

export interface ListModelsOptions extends CallOptions {
  /** @default all of them - the one registered model to list */
  readonly name?: string;
}

export interface ListedModel {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly ListedVersion[];
  /** By name; those that were removed are not there. */
  readonly aliases: readonly ListedPointer[];
  readonly stages: readonly ListedPointer[];
}

export interface ListedVersion {
  readonly version: string;
  /** ISO 8601. */
  readonly publishedAt: string | undefined;
  readonly sizeBytes: number;
  readonly flavors: readonly string[];
  /** What it was published for; undefined: ONNX. */
  readonly runtime?: 'node' | 'python';
  /** Why it cannot be served: its manifest is malformed. */
  readonly fault?: string;
}

export interface ListedPointer {
  readonly pointer: string;
  /** Null when it cannot be read. */
  readonly version: string | null;
  readonly movedAt: string | undefined;
  readonly movedBy: string | undefined;
  readonly fault?: string;
}

const PARALLEL = 16;

/**
 * What is published: models by name, their versions and what points to them.
 *
 * What is malformed is listed with its fault: one bad object must not hide the others.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a name that cannot be; as `ObjectStore`
 */
export async function listModels(
  store: ObjectStore,
  { name, ...call }: ListModelsOptions = {},
): Promise<ListedModel[]> {
  if (name !== undefined) checkModelName(name);
  const names = name === undefined ? await listModelNames(store, call) : [name];
  const limit = createLimiter(PARALLEL);
  const models = await Promise.all(
    names.map(async (model): Promise<ListedModel> => {
      const [versions, aliases, stages] = await Promise.all([
        listVersions(store, model, { ...call, limit }),
        listPointers(store, model, 'alias', { ...call, limit }),
        listPointers(store, model, 'stage', { ...call, limit }),
      ]);
      return { name: model, versions, aliases, stages };
    }),
  );
  return models.filter(
    ({ versions, aliases, stages }) => versions.length + aliases.length + stages.length > 0,
  );
}

type LimitedCall = CallOptions & { readonly limit: ReturnType<typeof createLimiter> };

async function listVersions(
  store: ObjectStore,
  name: string,
  { limit, ...call }: LimitedCall,
): Promise<ListedVersion[]> {
  const folders = await listVersionFolders(store, name, call);
  const versions = folders.map((version) =>
    limit(async (): Promise<ListedVersion | undefined> => {
      const manifest = await orFault(() => readManifest(store, name, version, call.signal));
      if (manifest === undefined) return undefined;
      if (typeof manifest === 'string') {
        return { version, publishedAt: undefined, sizeBytes: 0, flavors: [], fault: manifest };
      }
      const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const { publishedAt, flavors, runtime } = manifest;
      return { version, publishedAt, sizeBytes, flavors, ...(runtime && { runtime }) };
    }),
  );
  return (await Promise.all(versions)).filter((version) => version !== undefined);
}

async function listPointers(
  store: ObjectStore,
  name: string,
  kind: PointerKind,
  { limit, ...call }: LimitedCall,
): Promise<ListedPointer[]> {
  const names = await listPointerNames(store, name, kind, call);
  const pointers = names.map((pointer) =>
    limit(async (): Promise<ListedPointer | undefined> => {
      const found = await orFault(() => readPointer(store, { name, kind, pointer }, call));
      if (typeof found === 'string') {
        return { pointer, version: null, movedAt: undefined, movedBy: undefined, fault: found };
      }
      const { version = null, movedAt, movedBy } = (found?.state ?? {}) as Partial<Pointer>;
      return version === null ? undefined : { pointer, version, movedAt, movedBy };
    }),
  );
  return (await Promise.all(pointers)).filter((pointer) => pointer !== undefined);
}

/** What is there, or in words why it cannot be read; a store that fails is another matter. */
async function orFault<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    if (isMalformed(error)) return error.message;
    throw error;
  }
}
