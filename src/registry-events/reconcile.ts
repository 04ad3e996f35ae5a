import type { ObjectStore } from '../publish/object-store.ts';
import type { PointerName } from '../publish/pointer.ts';
import type { Pointer } from '../registry/pointer.ts';
import { modelFolder } from '../registry/published-layout.ts';
import type { Stage } from '../registry/registry-backend.ts';
import { hasAlias } from './event-scope.ts';
import { followPointer, MOVED_BY } from './follow-pointer.ts';
import type { Following, WorkOptions } from './following.ts';

const STAGES: readonly Stage[] = ['None', 'Staging', 'Production', 'Archived'];

/**
 * Compare every alias and stage with MLflow, and follow: a webhook may be lost, and a stage has none.
 *
 * One model that fails does not keep the others back. A model that MLflow does not know is left alone:
 * it was published from elsewhere, or this is the wrong server.
 *
 * @throws {Error} the first failure, when all models are done
 */
export async function reconcile(following: Following, options: WorkOptions): Promise<void> {
  const { scope, target, log } = following;
  const folder = scope.model === undefined ? 'models' : modelFolder(scope.model);
  const pointersByModel = await listPointers(target, folder, options);
  const names = scope.model === undefined ? [...pointersByModel.keys()] : [scope.model];
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      await reconcileModel(following, name, pointersByModel.get(name) ?? [], options);
    } catch (error) {
      options.signal?.throwIfAborted();
      log.warn(`model "${name}" could not be compared with MLflow`, { error });
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function reconcileModel(
  following: Following,
  name: string,
  published: readonly PointerName[],
  options: WorkOptions,
): Promise<void> {
  const { mlflow, scope } = following;
  const model = await mlflow.findModel(name, options.signal ? { signal: options.signal } : {});
  if (model === undefined) return;
  const pointersOf = (kind: PointerName['kind']): string[] =>
    published.filter((pointer) => pointer.kind === kind).map(({ pointer }) => pointer);
  const aliases = new Set([...model.aliases, ...pointersOf('alias')]);
  const stages = new Set([...scope.stages, ...pointersOf('stage')]);
  const pointers: PointerName[] = [
    ...[...aliases]
      .filter((alias) => hasAlias(scope, alias))
      .map((pointer) => ({ kind: 'alias' as const, name, pointer })),
    ...STAGES.filter((stage) => stages.has(stage)).map((pointer) => ({
      kind: 'stage' as const,
      name,
      pointer,
    })),
  ];
  for (const pointer of pointers) {
    await followPointer(following, pointer, { ...options, publishing: 'now', mayRemove: isOurs });
  }
}

/** What somebody else set, without MLflow, is not ours to remove. */
const isOurs = ({ movedBy }: Pointer): boolean => movedBy === MOVED_BY;

/** The models in a folder of the bucket, those without a pointer too, and their pointers. */
async function listPointers(
  target: ObjectStore,
  folder: string,
  { signal }: WorkOptions,
): Promise<Map<string, PointerName[]>> {
  const objects = await target.list(folder, signal ? { signal } : {});
  const pointersByModel = new Map<string, PointerName[]>();
  for (const { key } of objects) {
    const [, folder = '', kind, file = '', ...rest] = key.split('/');
    const name = decodeURIComponent(folder);
    const pointers = pointersByModel.get(name) ?? [];
    pointersByModel.set(name, pointers);
    if (rest.length > 0 || !file.endsWith('.json')) continue;
    const pointer = decodeURIComponent(file.slice(0, -'.json'.length));
    if (kind === 'aliases') pointers.push({ kind: 'alias', name, pointer });
    const stage = STAGES.find((each) => each === pointer);
    if (kind === 'stages' && stage) pointers.push({ kind: 'stage', name, pointer: stage });
  }
  return pointersByModel;
}
