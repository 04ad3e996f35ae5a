import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import { movePointer } from '../../../src/publish/move-pointer.ts';
import { followPointer } from '../../../src/registry-events/follow-pointer.ts';
import { tick } from '../../helpers/fake-models.ts';
import { createWorld } from './world.ts';

const CHAMPION = { kind: 'alias', name: 'wine', pointer: 'champion' } as const;
const NOW = { publishing: 'now' } as const;
const LATER = { publishing: 'later' } as const;

describe('followPointer', () => {
  it('sets a pointer that was not there, and says who moved it', async () => {
    const { following, wine, pointer } = createWorld();
    wine.aliases.set('champion', '2');

    expect(await followPointer(following, CHAMPION, LATER)).toBe('done');
    expect(pointer('aliases/champion')).toMatchObject({
      version: '2',
      sequence: 1,
      action: 'promote',
      moved_by: 'webhook',
    });
  });

  it('follows a stage as well', async () => {
    const { following, wine, pointer } = createWorld();
    wine.stages.set('Production', '1');
    const production = { kind: 'stage', name: 'wine', pointer: 'Production' } as const;

    await followPointer(following, production, NOW);

    expect(pointer('stages/Production')).toMatchObject({ version: '1' });
  });

  it('writes nothing when the pointer is right', async () => {
    const { following, target, wine } = createWorld();
    wine.aliases.set('champion', '2');
    await followPointer(following, CHAMPION, NOW);
    const writes = target.writes.length;

    expect(await followPointer(following, CHAMPION, NOW)).toBe('done');
    expect(target.writes).toHaveLength(writes);
  });

  it('removes a pointer that MLflow does not have, and makes none', async () => {
    const { following, target, wine, pointer } = createWorld();
    wine.aliases.set('champion', '2');
    await followPointer(following, CHAMPION, NOW);
    wine.aliases.delete('champion');

    await followPointer(following, CHAMPION, NOW);
    expect(pointer('aliases/champion')).toMatchObject({ version: null, action: 'demote' });
    await followPointer(following, { ...CHAMPION, pointer: 'nobody' }, NOW);
    expect(target.objects.has('models/wine/aliases/nobody.json')).toBe(false);
  });

  it('leaves the pointers of a model that MLflow does not know', async () => {
    const { following, lines, mlflow, wine, pointer } = createWorld();
    wine.aliases.set('champion', '2');
    await followPointer(following, CHAMPION, NOW);
    mlflow.models.delete('wine');

    expect(await followPointer(following, CHAMPION, NOW)).toBe('ignored');
    expect(pointer('aliases/champion')).toMatchObject({ version: '2' });
    expect(lines.join('')).toContain('MLflow does not know');
  });

  it('publishes a version first', async () => {
    const { following, published, target, wine, pointer } = createWorld();
    wine.aliases.set('champion', '3');

    expect(await followPointer(following, CHAMPION, NOW)).toBe('done');
    expect(published).toEqual(['3']);
    expect(pointer('aliases/champion')).toMatchObject({ version: '3' });
    expect(target.writes.at(-1)).toBe('models/wine/aliases/champion.json');
  });

  it('publishes a version again whose manifest is damaged', async () => {
    const { following, published, target, wine, pointer } = createWorld();
    target.objects.set('models/wine/versions/2/manifest.json', Buffer.from('{"schema": "mlf'));
    wine.aliases.set('champion', '2');

    expect(await followPointer(following, CHAMPION, NOW)).toBe('done');
    expect(published).toEqual(['2']);
    expect(pointer('aliases/champion')).toMatchObject({ version: '2' });
  });

  it('leaves publishing to somebody with more time, the pointer untouched', async () => {
    const { following, published, target, wine } = createWorld();
    wine.aliases.set('champion', '3');

    expect(await followPointer(following, CHAMPION, LATER)).toBe('needs-publishing');
    expect(published).toEqual([]);
    expect(target.writes).toEqual([]);
  });

  it('does not publish what it may not, and says so', async () => {
    const { following, lines, target, wine } = createWorld({ publishOn: new Set(['tag']) });
    wine.aliases.set('champion', '3');

    expect(await followPointer(following, CHAMPION, NOW)).toBe('ignored');
    expect(target.writes).toEqual([]);
    expect(lines.join()).toContain('version 3 is not published');
  });

  it('points to what is meant when publishing is done, not to what was meant before', async () => {
    const { following, mlflow, wine, pointer } = createWorld();
    wine.aliases.set('champion', '3');
    const { publish } = following;
    const moving = {
      ...following,
      publish: async (...args: Parameters<typeof publish>) => {
        await publish(...args);
        wine.aliases.set('champion', '4');
      },
    };

    await followPointer(moving, CHAMPION, NOW);

    expect(pointer('aliases/champion')).toMatchObject({ version: '4', sequence: 1 });
    expect(mlflow.models.get('wine')?.aliases.get('champion')).toBe('4');
  });

  it('keeps the pointer when publishing fails', async () => {
    const { following, wine, pointer } = createWorld();
    wine.aliases.set('champion', '2');
    await followPointer(following, CHAMPION, NOW);
    wine.aliases.set('champion', '3');
    const failing = {
      ...following,
      publish: async () => {
        throw new ServingError('INVALID_PARAMETER_VALUE', 'it fails on its own example');
      },
    };

    await expect(followPointer(failing, CHAMPION, NOW)).rejects.toThrow('own example');
    expect(pointer('aliases/champion')).toMatchObject({ version: '2' });
  });

  it('gives up on an alias that never rests', async () => {
    const { following, mlflow, wine } = createWorld();
    let turn = 0;
    mlflow.onAsked = () => {
      turn++;
      wine.aliases.set('champion', turn % 2 === 0 ? '1' : '2');
    };
    wine.aliases.set('champion', '1');

    await expect(followPointer(following, CHAMPION, NOW)).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    });
  });

  it('ends in what MLflow says, whatever the order of moves, looks and delays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('1', '2', '3', undefined), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(6), { minLength: 40, maxLength: 40 }),
        async (moves, delays) => {
          const { following, mlflow, target, wine, pointer } = createWorld();
          await movePointer(target, { ...CHAMPION, version: '1' });
          const wait = async (): Promise<void> => {
            for (let turns = delays.shift() ?? 0; turns > 0; turns--) await tick();
          };
          mlflow.onAsked = wait;
          target.before = wait;

          const followed = moves.map(async (version) => {
            await wait();
            if (version === undefined) wine.aliases.delete('champion');
            else wine.aliases.set('champion', version);
            await wait();
            await followPointer(following, CHAMPION, NOW);
          });
          await Promise.all(followed);

          expect(pointer('aliases/champion')).toMatchObject({
            version: wine.aliases.get('champion') ?? null,
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});
