import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { movePointer } from '../../../src/publish/move-pointer.ts';
import { readHistory } from '../../../src/publish/read-history.ts';
import { removePointer } from '../../../src/publish/remove-pointer.ts';
import { rollBackPointer } from '../../../src/publish/roll-back-pointer.ts';
import { historyKey, manifestKey, pointerKey } from '../../../src/registry/published-layout.ts';
import { publishManifests } from '../../helpers/promoters.ts';
import { makeScratchStore, type ScratchStore } from '../../helpers/scratch-store.ts';

const CHAMPION = { name: 'wine', kind: 'alias', pointer: 'champion' } as const;
const KEY = pointerKey('wine', 'alias', 'champion');
const pastKey = (sequence: number) => historyKey('wine', 'alias', 'champion', sequence);

let scratch: ScratchStore;
beforeEach(async () => {
  scratch = makeScratchStore();
  await publishManifests(scratch.store, 5);
});
afterEach(() => scratch.remove());

const promote = (version: string, options: { onlyFrom?: string | null; movedBy?: string } = {}) =>
  movePointer(scratch.store, { ...CHAMPION, version, ...options });
const demote = (options: { onlyFrom?: string } = {}) =>
  removePointer(scratch.store, { ...CHAMPION, ...options });
const rollBack = (options: { onlyFrom?: string | null } = {}) =>
  rollBackPointer(scratch.store, { ...CHAMPION, ...options });
const history = async () =>
  (await readHistory(scratch.store, CHAMPION)).map(
    ({ sequence, version, action }) => `${sequence} ${action ?? 'foreign'} ${version}`,
  );

describe('movePointer', () => {
  it('sets, moves and remembers', async () => {
    const now = () => Date.UTC(2026, 0, 2, 3, 4, 5);

    expect(await promote('1')).toEqual({ outcome: 'moved', from: null, to: '1', sequence: 1 });
    expect(
      await movePointer(scratch.store, { ...CHAMPION, version: '02', movedBy: 'ci', now }),
    ).toEqual({ outcome: 'moved', from: '1', to: '2', sequence: 2 });

    expect(await scratch.get(KEY)).toEqual({
      version: '2',
      sequence: 2,
      action: 'promote',
      moved_at: '2026-01-02T03:04:05.000Z',
      moved_by: 'ci',
      change: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await history()).toEqual(['1 promote 1', '2 promote 2']);
  });

  it('changes nothing when it points there already', async () => {
    await promote('1');

    expect(await promote('1')).toEqual({
      outcome: 'already-there',
      from: '1',
      to: '1',
      sequence: 1,
    });
    expect(await history()).toEqual(['1 promote 1']);
  });

  it('moves only from what was expected', async () => {
    expect(await promote('1', { onlyFrom: '2' })).toMatchObject({ outcome: 'not-as-expected' });
    expect(await promote('1', { onlyFrom: null })).toMatchObject({ outcome: 'moved' });
    expect(await promote('2', { onlyFrom: null })).toMatchObject({
      outcome: 'not-as-expected',
      from: '1',
      to: '1',
    });
    expect(await promote('2', { onlyFrom: '1' })).toMatchObject({ outcome: 'moved', to: '2' });
    // Whoever asks for what is there gets it, wherever it came from.
    expect(await promote('2', { onlyFrom: '1' })).toMatchObject({ outcome: 'already-there' });
  });

  it('moves stages in MLflow’s spelling, apart from aliases', async () => {
    await movePointer(scratch.store, {
      name: 'wine',
      kind: 'stage',
      pointer: 'pRODUCTION',
      version: '3',
    });

    expect(await scratch.get('models/wine/stages/Production.json')).toMatchObject({ version: '3' });
    expect(await history()).toEqual([]);
  });

  it('refuses a version that is not published, or not well', async () => {
    await scratch.put('models/wine/versions/7/model/MLmodel', 'on its way');
    await scratch.put(manifestKey('wine', '8'), 'nonsense');

    await expect(promote('7')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `version 7 of model "wine" is not published in ${scratch.path}; publish it first`,
    });
    await expect(promote('8')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(await scratch.get(KEY)).toBeUndefined();
  });

  it.each([
    [{ pointer: 'latest' }, /"latest" is reserved/],
    [{ pointer: 'V12' }, /"V12" is reserved/],
    [{ pointer: 'a b' }, /cannot be an alias/],
    [{ pointer: '../x' }, /cannot be an alias/],
    [{ pointer: '' }, /cannot be an alias/],
    [{ pointer: 'x'.repeat(256) }, /cannot be an alias/],
    [{ kind: 'stage' as const, pointer: 'prod' }, /neither a version nor a stage/],
    [{ name: 'a/b' }, /cannot be the name of a model/],
    [{ name: '..' }, /cannot be the name of a model/],
    [{ name: ' ' }, /cannot be the name of a model/],
    [{ version: '0' }, /is no version/],
    [{ version: '1.5' }, /is no version/],
    [{ version: '1234567890' }, /is no version/],
  ])('refuses %o', async (wrong, message) => {
    const move = movePointer(scratch.store, { ...CHAMPION, version: '1', ...wrong });

    await expect(move).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(message),
    });
  });

  it('stops when the caller has gone', async () => {
    const signal = AbortSignal.abort(new Error('gone'));

    await expect(movePointer(scratch.store, { ...CHAMPION, version: '1', signal })).rejects.toThrow(
      'gone',
    );
  });
});

describe('removePointer', () => {
  it('leaves a tombstone that can be rolled back', async () => {
    await promote('1');

    expect(await demote()).toEqual({ outcome: 'moved', from: '1', to: null, sequence: 2 });
    expect(await scratch.get(KEY)).toMatchObject({ version: null, action: 'demote' });
    expect(await demote()).toMatchObject({ outcome: 'already-gone' });

    expect(await rollBack()).toMatchObject({ from: null, to: '1', sequence: 3 });
    expect(await history()).toEqual(['1 promote 1', '2 demote null', '3 rollback 1']);
  });

  it('finds nothing to remove where nothing was', async () => {
    expect(await demote()).toEqual({
      outcome: 'already-gone',
      from: null,
      to: null,
      sequence: undefined,
    });
    expect(await scratch.get(KEY)).toBeUndefined();
  });

  it('removes only what was expected', async () => {
    await promote('2');

    expect(await demote({ onlyFrom: '1' })).toMatchObject({ outcome: 'not-as-expected', to: '2' });
    expect(await demote({ onlyFrom: '2' })).toMatchObject({ outcome: 'moved', to: null });
  });

  it('can be set again', async () => {
    await promote('1');
    await demote();

    expect(await promote('1')).toMatchObject({ outcome: 'moved', from: null, sequence: 3 });
  });
});

describe('rollBackPointer', () => {
  it('goes back step by step, and never to and fro', async () => {
    for (const version of ['1', '2', '3']) await promote(version);

    expect(await rollBack()).toMatchObject({ from: '3', to: '2', sequence: 4 });
    expect(await rollBack()).toMatchObject({ from: '2', to: '1', sequence: 5 });
    await expect(rollBack()).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining('no change before this one'),
    });

    expect(await scratch.get(KEY)).toMatchObject({ version: '1', action: 'rollback', restores: 1 });
  });

  it('undoes a change made after a rollback', async () => {
    for (const version of ['1', '2', '3']) await promote(version);
    await rollBack(); // 4: like 2
    await promote('5'); // 5

    expect(await rollBack()).toMatchObject({ from: '5', to: '2', sequence: 6 });
    expect(await rollBack()).toMatchObject({ from: '2', to: '1', sequence: 7 });
    expect(await history()).toEqual([
      '1 promote 1',
      '2 promote 2',
      '3 promote 3',
      '4 rollback 2',
      '5 promote 5',
      '6 rollback 2',
      '7 rollback 1',
    ]);
  });

  it('undoes that a removed alias was set again', async () => {
    await promote('1');
    await demote();
    await promote('2');

    expect(await rollBack()).toMatchObject({ from: '2', to: null });
    expect(await rollBack()).toMatchObject({ from: null, to: '1' });
  });

  it('rolls back only what was expected', async () => {
    await promote('1');
    await promote('2');

    expect(await rollBack({ onlyFrom: '1' })).toMatchObject({
      outcome: 'not-as-expected',
      to: '2',
    });
    expect(await rollBack({ onlyFrom: '2' })).toMatchObject({ outcome: 'moved', to: '1' });
  });

  it('says that the version before is gone', async () => {
    await promote('1');
    await promote('2');
    await scratch.store.delete([manifestKey('wine', '1')]);

    await expect(rollBack()).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message:
        'alias "champion" of model "wine" was at version 1 before, which is no longer published; publish it again, or promote another version',
    });
    expect(await scratch.get(KEY)).toMatchObject({ version: '2' });
  });

  it('has nothing to undo where nothing was done', async () => {
    await expect(rollBack()).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
    await promote('1');
    await expect(rollBack()).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
  });
});

describe('pointers that others write', () => {
  it('get a number and a place in the history', async () => {
    await scratch.put(KEY, { version: '4', owner: 'script' });
    expect(await history()).toEqual(['1 foreign 4']);

    expect(await promote('5')).toMatchObject({ from: '4', to: '5', sequence: 2 });

    expect(await scratch.get(pastKey(1))).toEqual({ version: '4', owner: 'script' });
    expect(await rollBack()).toMatchObject({ to: '4', sequence: 3 });
    expect(await history()).toEqual(['1 foreign 4', '2 promote 5', '3 rollback 4']);
  });

  it('take the place of the state that they overwrote', async () => {
    await promote('1');
    await promote('2');
    await scratch.put(KEY, { version: '3' }); // 2 was overwritten before it could be archived
    await promote('4');

    expect(await history()).toEqual(['1 promote 1', '2 foreign 3', '3 promote 4']);
  });

  it('are archived once, even by a promoter that was killed afterwards', async () => {
    await scratch.put(KEY, { version: '3' });
    await scratch.put(pastKey(1), { version: '3' });

    expect(await promote('4')).toMatchObject({ sequence: 2 });
    expect(await history()).toEqual(['1 foreign 3', '2 promote 4']);
  });

  it('may be old ones of ours, put back from a backup', async () => {
    for (const version of ['1', '2', '3']) await promote(version);
    const backup = await scratch.store.read(pastKey(1));
    await scratch.put(KEY, Buffer.from(backup?.bytes ?? []).toString());

    await promote('4');
    expect((await history()).at(-1)).toBe('3 promote 4');
    await promote('5');

    expect(await history()).toEqual(['1 promote 1', '2 promote 2', '3 promote 4', '4 promote 5']);
    expect(await rollBack()).toMatchObject({ to: '4' });
  });

  it('may be deleted: the history goes on', async () => {
    await promote('1');
    await promote('2');
    await scratch.store.delete([KEY]);

    expect(await promote('3')).toMatchObject({ from: null, sequence: 2 });
    expect(await history()).toEqual(['1 promote 1', '2 promote 3']);
  });

  it.each([
    ['nonsense', 'it is not JSON'],
    ['[]', 'it is not a JSON object'],
    ['{"version": 3}', '"version" must be a number in quotes, or null'],
    ['{"version": "3", "sequence": -1}', '"sequence" must be'],
  ])('are not overwritten when they are %s', async (content, fault) => {
    await scratch.put(KEY, content);
    const refusal = { code: 'TEMPORARILY_UNAVAILABLE', message: expect.stringContaining(fault) };

    await expect(promote('1')).rejects.toMatchObject(refusal);
    await expect(demote()).rejects.toMatchObject(refusal);
    await expect(rollBack()).rejects.toMatchObject(refusal);
    await expect(readHistory(scratch.store, CHAMPION)).rejects.toMatchObject(refusal);

    const found = await scratch.store.read(KEY);
    expect(Buffer.from(found?.bytes ?? []).toString()).toBe(content);
  });

  it('cannot lead to a number that no reader takes', async () => {
    await scratch.put(KEY, { version: '3', sequence: 99_999_999 });

    await expect(promote('1')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('last sequence'),
    });
    expect(await scratch.get(KEY)).toMatchObject({ version: '3' });
  });

  it('do not send a rollback in circles', async () => {
    await scratch.put(pastKey(1), { version: '1', sequence: 1, restores: 9 });
    await scratch.put(pastKey(2), { version: '2', sequence: 2, restores: 2 });
    await scratch.put(KEY, { version: '3', sequence: 3, restores: 7 });

    expect(await rollBack()).toMatchObject({ from: '3', to: '2' });
    expect(await rollBack()).toMatchObject({ from: '2', to: '1' });
    await expect(rollBack()).rejects.toThrow('no change before');
  });
});

describe('readHistory', () => {
  it('shows the last changes only when asked to', async () => {
    for (const version of ['1', '2', '3', '4', '5']) await promote(version, { movedBy: 'me' });

    const last = await readHistory(scratch.store, { ...CHAMPION, last: 2 });

    expect(last).toEqual([
      {
        ...{ sequence: 4, version: '4', action: 'promote', restores: undefined },
        ...{ movedAt: expect.stringMatching(/^\d{4}-.*Z$/), movedBy: 'me' },
      },
      {
        ...{ sequence: 5, version: '5', action: 'promote', restores: undefined },
        ...{ movedAt: expect.stringMatching(/^\d{4}-.*Z$/), movedBy: 'me' },
      },
    ]);
  });

  it('shows a state once while it is archived and not yet overwritten', async () => {
    await promote('1');
    await scratch.put(
      pastKey(1),
      await scratch.get(KEY).then((state) => `${JSON.stringify(state)}\n`),
    );

    expect(await history()).toEqual(['1 promote 1']);
  });

  it('is empty where nothing was', async () => {
    expect(await history()).toEqual([]);
  });
});
