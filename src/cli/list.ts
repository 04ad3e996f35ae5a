import { ServingError } from '../errors.ts';
import { type ListedModel, listModels } from '../publish/list-models.ts';
import type { ObjectStore } from '../publish/object-store.ts';
import type { PointerName } from '../publish/pointer.ts';
import { listPointerNames } from '../publish/published-names.ts';
import { type HistoryEntry, readHistory } from '../publish/read-history.ts';
import type { PointerKind } from '../registry/published-layout.ts';
import { EXIT } from './failure.ts';
import { listText } from './list-text.ts';
import { openPublished, type TargetOptions } from './open-target.ts';
import { parseRegisteredModel } from './registered-model.ts';
import { describeModel } from './what-is-there.ts';

export interface ListCommandOptions extends TargetOptions {
  readonly history?: boolean;
  readonly json?: boolean;
}

/** A model with the changes of all its pointers, when they were asked for. */
export interface ListedModelWithHistory extends ListedModel {
  readonly history?: readonly PointerHistory[];
}

export interface PointerHistory {
  readonly kind: PointerKind;
  readonly pointer: string;
  /** Newest first. */
  readonly changes: readonly HistoryEntry[];
}

/** Show what is published: models, their versions, what points to them and, if asked for, what did. */
export async function list(uri: string | undefined, options: ListCommandOptions): Promise<number> {
  const name = uri === undefined ? undefined : parseRegisteredModel(uri).name;
  const store = await openPublished(
    options,
    'list shows a published registry; the models of an MLflow server are shown by its own pages and by "mlflow models"',
  );
  const models = await listModels(store, name === undefined ? {} : { name });
  if (name !== undefined && models.length === 0) throw await noSuchModel(store, name);
  const listed = options.history
    ? await Promise.all(models.map((model) => withHistory(store, model)))
    : models;
  process.stdout.write(
    options.json ? `${JSON.stringify(listed, null, 2)}\n` : listText(listed, store.uri),
  );
  return EXIT.ok;
}

async function noSuchModel(store: ObjectStore, name: string): Promise<ServingError> {
  const there = await describeModel(store, name);
  return new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `there is no model "${name}" in ${store.uri} (${there})`,
  );
}

async function withHistory(
  store: ObjectStore,
  model: ListedModel,
): Promise<ListedModelWithHistory> {
  const pointers = (['alias', 'stage'] as const).map((kind) => historyOf(store, model.name, kind));
  return { ...model, history: (await Promise.all(pointers)).flat() };
}

/** Those that were removed, too: their history is still there. */
async function historyOf(
  store: ObjectStore,
  name: string,
  kind: PointerKind,
): Promise<PointerHistory[]> {
  const names = await listPointerNames(store, name, kind, {});
  return Promise.all(
    names.map(async (pointer) => {
      const target: PointerName = { name, kind, pointer };
      const changes = await readHistory(store, target);
      return { kind, pointer, changes: changes.toReversed() };
    }),
  );
}
