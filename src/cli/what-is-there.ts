import { ServingError } from '../errors.ts';
import { listModels } from '../publish/list-models.ts';
import type { ObjectStore } from '../publish/object-store.ts';
import { listModelNames } from '../publish/published-names.ts';

const MOST = 10;

/**
 * Do something in a published registry; when what it needs is not there, the message goes on with what is.
 *
 * @throws whatever `work` threw
 */
export async function sayingWhatIsThere<T>(
  store: ObjectStore,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServingError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error;
    const there = await describeModel(store, name).catch(() => undefined); // the first error says more
    if (there === undefined) throw error;
    throw new ServingError(error.code, `${error.message} (${there})`, { cause: error });
  }
}

/** `model "wine" has versions 3, 2, 1; aliases champion, baseline`, or which models there are instead. */
export async function describeModel(store: ObjectStore, name: string): Promise<string | undefined> {
  const [model] = await listModels(store, { name });
  if (model === undefined) {
    const names = await listModelNames(store, {});
    return names.length === 0 ? 'nothing is published there' : `models there: ${few(names)}`;
  }
  const parts = [
    ['versions', model.versions.map(({ version }) => version)],
    ['aliases', model.aliases.map(({ pointer }) => pointer)],
    ['stages', model.stages.map(({ pointer }) => pointer)],
  ] as const;
  const has = parts.filter(([, all]) => all.length > 0).map(([word, all]) => `${word} ${few(all)}`);
  return `model "${name}" has ${has.join('; ')}`;
}

const few = (all: readonly string[]): string =>
  all.length > MOST
    ? `${all.slice(0, MOST).join(', ')} and ${all.length - MOST} more`
    : all.join(', ');
