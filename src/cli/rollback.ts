import { ServingError } from '../errors.ts';
import type { ObjectStore } from '../publish/object-store.ts';
import { checkPointerName, type PointerName } from '../publish/pointer.ts';
import { readPointer } from '../publish/pointer-states.ts';
import { rollBackPointer } from '../publish/roll-back-pointer.ts';
import { EXIT, UsageError } from './failure.ts';
import { movedBy } from './moved-by.ts';
import { openPublished, type TargetOptions } from './open-target.ts';
import { pointerJson, pointerUri } from './pointer-text.ts';
import {
  type PointerOptions,
  parsePointerOptions,
  parseRegisteredModel,
} from './registered-model.ts';
import { sayingWhatIsThere } from './what-is-there.ts';

export interface RollbackCommandOptions extends TargetOptions, PointerOptions {
  readonly json?: boolean;
}

/** Undo the last change of an alias or a stage of a published registry; again, the one before. */
export async function rollback(
  uri: string | undefined,
  options: RollbackCommandOptions,
): Promise<number> {
  const pointer = checkPointerName(pointerOf(uri, options));
  const store = await openPublished(
    options,
    'an MLflow server keeps no history of its aliases and stages, so there is nothing to roll back to; promote the version that you want instead',
  );
  const result = await sayingWhatIsThere(store, pointer.name, async () => {
    await checkKnown(store, pointer);
    return rollBackPointer(store, { ...pointer, ...movedBy() });
  });
  process.stdout.write(
    options.json
      ? pointerJson(pointer, result)
      : `${pointerUri(pointer)} means ${named(result.to)} again; it meant ${named(result.from)} before\n`,
  );
  return EXIT.ok;
}

const named = (version: string | null): string =>
  version === null ? 'nothing' : `version ${version}`;

function pointerOf(uri: string | undefined, options: RollbackCommandOptions): PointerName {
  const { name, alias, stage, version, isLatest } = parseRegisteredModel(uri);
  if (alias !== undefined) return { name, kind: 'alias', pointer: alias };
  if (stage !== undefined) return { name, kind: 'stage', pointer: stage };
  if (version === undefined && !isLatest) return { name, ...parsePointerOptions(options) };
  throw new UsageError(
    `a version never changes; what is rolled back is an alias or a stage, as in models:/${name}@champion`,
  );
}

async function checkKnown(store: ObjectStore, pointer: PointerName): Promise<void> {
  if ((await readPointer(store, pointer, {})) !== undefined) return;
  throw new ServingError('RESOURCE_DOES_NOT_EXIST', `there is no ${pointerUri(pointer)}`);
}
