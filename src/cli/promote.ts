import { ServingError } from '../errors.ts';
import { movePointer, type PointerMove } from '../publish/move-pointer.ts';
import { checkPointerName, type PointerName } from '../publish/pointer.ts';
import { type PointerRemoval, removePointer } from '../publish/remove-pointer.ts';
import { shellWord } from '../shell-word.ts';
import { EXIT, UsageError } from './failure.ts';
import { movedBy } from './moved-by.ts';
import { openTarget, type Target, type TargetOptions } from './open-target.ts';
import { pointerJson, pointerUri } from './pointer-text.ts';
import {
  type PointerOptions,
  parsePointerOptions,
  parseRegisteredModel,
  type RegisteredModelArgument,
} from './registered-model.ts';
import { describeModel, sayingWhatIsThere } from './what-is-there.ts';

export interface PromoteCommandOptions extends TargetOptions, PointerOptions {
  readonly demote?: boolean;
  readonly json?: boolean;
}

/** Point an alias or a stage to a version, in a published registry or on an MLflow server; or remove it. */
export async function promote(
  uri: string | undefined,
  options: PromoteCommandOptions,
): Promise<number> {
  const model = parseRegisteredModel(uri);
  const pointer = checkPointerName({ name: model.name, ...parsePointerOptions(options) });
  checkVersionNamed(model, options);
  const target = await openTarget(options);
  const result = options.demote
    ? await remove(target, pointer, model.version)
    : await move(target, pointer, model.version as string);
  if (result.outcome === 'not-as-expected') throw pointsElsewhere(pointer, model, result.from);
  process.stdout.write(
    options.json ? pointerJson(pointer, result) : await textOf(pointer, result, target, options),
  );
  return EXIT.ok;
}

/** @throws {UsageError} when it is not a number that is to be promoted */
function checkVersionNamed(
  model: RegisteredModelArgument,
  { demote }: PromoteCommandOptions,
): void {
  const { name, version, alias, stage, isLatest } = model;
  const isMoving = alias !== undefined || stage !== undefined || isLatest === true;
  if (!isMoving && (version !== undefined || demote === true)) return;
  throw new UsageError(
    demote
      ? `which version it may name now is said by number, or not at all: models:/${name}/3 or models:/${name}`
      : `which version to promote is said by number, as in models:/${name}/3: an alias, a stage or latest may move while you type`,
  );
}

const move = (target: Target, pointer: PointerName, version: string): Promise<PointerMove> =>
  target.kind === 'mlflow'
    ? target.pointers.move({ ...pointer, version })
    : sayingWhatIsThere(target.store, pointer.name, () =>
        movePointer(target.store, { ...pointer, version, ...movedBy() }),
      );

async function remove(
  target: Target,
  pointer: PointerName,
  version: string | undefined,
): Promise<PointerRemoval> {
  const options = { ...pointer, ...(version !== undefined && { onlyFrom: version }) };
  if (target.kind === 'mlflow') return target.pointers.remove(options);
  return removePointer(target.store, { ...options, ...movedBy() });
}

const pointsElsewhere = (
  pointer: PointerName,
  { version }: RegisteredModelArgument,
  from: string | null,
): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${pointerUri(pointer)} means version ${from ?? 'none'}, not ${version}; nothing was changed`,
  );

async function textOf(
  pointer: PointerName,
  result: PointerMove | PointerRemoval,
  target: Target,
  { to }: PromoteCommandOptions,
): Promise<string> {
  const uri = pointerUri(pointer);
  const { outcome, from } = result;
  if (outcome === 'already-there') return `${uri} means version ${from} already\n`;
  if (outcome === 'already-gone') {
    // A typo looks like this, too.
    const there = target.kind === 'published' && (await describeModel(target.store, pointer.name));
    return `${uri} means nothing already${there ? ` (${there})` : ''}\n`;
  }
  const now = result.to === null ? 'means nothing now' : `means version ${result.to} now`;
  const before = from === null ? 'it meant nothing before' : `it meant version ${from} before`;
  const undo =
    target.kind === 'published' ? `to undo it:\n  ${undoLine(pointer, result, to)}\n` : '';
  return `${uri} ${now}; ${before}\n${undo}`;
}

/** Before the first change there is nothing to roll back to. */
function undoLine(
  pointer: PointerName,
  { from, to: version, sequence }: PointerMove | PointerRemoval,
  to: string | undefined,
): string {
  const place = to === undefined ? '' : ` --to ${shellWord(to)}`;
  if (from !== null || sequence !== 1) {
    return `mlflow-serverless rollback ${shellWord(pointerUri(pointer))}${place}`;
  }
  const model = shellWord(`models:/${pointer.name}/${version}`);
  return `mlflow-serverless promote ${model} --${pointer.kind} ${pointer.pointer} --demote${place}`;
}
