import type { PointerName } from '../publish/pointer.ts';
import { listModelNames, listPointerNames } from '../publish/published-names.ts';
import type { Pointer } from '../registry/pointer.ts';
import type { Stage } from '../registry/registry-backend.ts';
import { hasAlias } from './event-scope.ts';
import { followPointer, MOVED_BY } from './follow-pointer.ts';
import type { Following, WorkOptions } from './following.ts';
import { isRefusedVersion } from './refused-versions.ts';

const STAGES: readonly Stage[] = ['None', 'Staging', 'Production', 'Archived'];

/**
 * Compare every alias and stage with MLflow, and follow: a webhook may be lost, and a stage has none.
 *
 * One that fails does not keep the others back. A model that MLflow does not know is left alone: it was
 * published from elsewhere, or this is the wrong server.
 *
 * @throws {Error} the first failure that is not a version's own fault, when all are done
 */
export async function reconcile(following: Following, options: WorkOptions): Promise<void> {
  const { scope, target, log } = following;
  const names = scope.model === undefined ? await listModelNames(target, options) : [scope.model];
  const failures: unknown[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      options.signal?.throwIfAborted();
      log.warn(`${what} could not be brought in step with MLflow`, { error });
      if (!isRefusedVersion(error)) failures.push(error);
      return undefined;
    }
  };
  for (const name of names) {
    const pointers = await attempt(`model "${name}"`, () => findPointers(following, name, options));
    for (const pointer of pointers ?? []) {
      await attempt(`${pointer.kind} "${pointer.pointer}" of model "${name}"`, () =>
        followPointer(following, pointer, { ...options, publishing: 'now', mayRemove: isOurs }),
      );
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** What somebody else set, without MLflow, is not ours to remove. */
const isOurs = ({ movedBy }: Pointer): boolean => movedBy === MOVED_BY;

/** What MLflow has and what the bucket has, as far as it is followed. */
async function findPointers(
  { mlflow, target, scope }: Following,
  name: string,
  options: WorkOptions,
): Promise<PointerName[]> {
  const model = await mlflow.findModel(name, options);
  if (model === undefined) return [];
  const [publishedAliases, publishedStages] = await Promise.all([
    listPointerNames(target, name, 'alias', options),
    listPointerNames(target, name, 'stage', options),
  ]);
  const aliases = new Set([...model.aliases, ...publishedAliases]);
  const stages = new Set<string>([...scope.stages, ...publishedStages]);
  return [
    ...[...aliases]
      .filter((alias) => hasAlias(scope, alias))
      .map((pointer) => ({ name, kind: 'alias' as const, pointer })),
    ...STAGES.filter((stage) => stages.has(stage)).map((pointer) => ({
      name,
      kind: 'stage' as const,
      pointer,
    })),
  ];
}
