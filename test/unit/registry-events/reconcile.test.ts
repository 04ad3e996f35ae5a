import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import { movePointer } from '../../../src/publish/move-pointer.ts';
import { followPointer } from '../../../src/registry-events/follow-pointer.ts';
import { reconcile } from '../../../src/registry-events/reconcile.ts';
import { rememberRefused } from '../../../src/registry-events/refused-versions.ts';
import { createWorld } from './world.ts';

const CHAMPION = { kind: 'alias', name: 'wine', pointer: 'champion' } as const;

describe('reconcile', () => {
  it('follows every alias and stage whose event was lost', async () => {
    const { following, wine, pointer, published } = createWorld({
      stages: new Set(['Production']),
    });
    wine.aliases.set('champion', '2').set('challenger', '3');
    wine.stages.set('Production', '1').set('Archived', '4');

    await reconcile(following, {});

    expect(pointer('aliases/champion')).toMatchObject({ version: '2' });
    expect(pointer('aliases/challenger')).toMatchObject({ version: '3' });
    expect(pointer('stages/Production')).toMatchObject({ version: '1' });
    expect(pointer('stages/Archived')).toBeNull();
    expect(published).toEqual(['3']);
  });

  it('follows a stage that somebody published once', async () => {
    const { following, target, wine, pointer } = createWorld();
    await movePointer(target, { kind: 'stage', name: 'wine', pointer: 'Archived', version: '1' });
    wine.stages.set('Archived', '2');

    await reconcile(following, {});

    expect(pointer('stages/Archived')).toMatchObject({ version: '2' });
  });

  it('removes an alias that it had set and that is gone, but none of somebody else', async () => {
    const { following, target, wine, pointer } = createWorld();
    wine.aliases.set('champion', '1');
    await followPointer(following, CHAMPION, { publishing: 'now' });
    wine.aliases.delete('champion');
    await movePointer(target, { ...CHAMPION, pointer: 'pilot', version: '2', movedBy: 'alice' });

    await reconcile(following, {});

    expect(pointer('aliases/champion')).toMatchObject({ version: null });
    expect(pointer('aliases/pilot')).toMatchObject({ version: '2' });
  });

  it('leaves a model alone that MLflow does not know', async () => {
    const { following, mlflow, target, wine, pointer } = createWorld();
    wine.aliases.set('champion', '1');
    await followPointer(following, CHAMPION, { publishing: 'now' });
    mlflow.models.delete('wine');
    const writes = target.writes.length;

    await reconcile(following, {});

    expect(pointer('aliases/champion')).toMatchObject({ version: '1' });
    expect(target.writes).toHaveLength(writes);
  });

  it('keeps to the aliases and the model that are followed', async () => {
    const { following, wine, target } = createWorld({ aliases: new Set(['prod']) });
    wine.aliases.set('champion', '1').set('prod', '2');

    await reconcile(following, {});
    await reconcile({ ...following, scope: { ...following.scope, model: 'beer' } }, {});

    expect(target.writes).toEqual(['models/wine/aliases/prod.json']);
  });

  it('does not let one that fails keep the others back', async () => {
    const { following, mlflow, target, wine, pointer, lines } = createWorld({
      stages: new Set(['Production']),
    });
    target.objects.set('models/a%20beer/aliases/champion.json', Buffer.from('not JSON'));
    mlflow.models.set('a beer', {
      aliases: new Map([['champion', '1']]),
      stages: new Map(),
      tagsByVersion: new Map(),
    });
    target.objects.set('models/wine/aliases/challenger.json', Buffer.from('not JSON'));
    wine.aliases.set('challenger', '1').set('champion', '2');
    wine.stages.set('Production', '1');

    await expect(reconcile(following, {})).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    });
    expect(pointer('aliases/champion')).toMatchObject({ version: '2' });
    expect(pointer('stages/Production')).toMatchObject({ version: '1' });
    expect(lines.filter((line) => line.includes('could not be brought in step'))).toHaveLength(2);
  });

  it('fails when MLflow cannot be asked, whatever the reason', async () => {
    const { following, mlflow } = createWorld({ model: 'wine' });
    mlflow.error = new ServingError('RESOURCE_DOES_NOT_EXIST', 'there is no secret "mlflow"');

    await expect(reconcile(following, {})).rejects.toMatchObject({
      message: 'there is no secret "mlflow"',
    });
  });

  it('says that a version cannot be published, and tries it again only after an hour', async () => {
    const { following, wine, lines } = createWorld();
    let tries = 0;
    let nowMs = 0;
    const publish = async (): Promise<void> => {
      tries++;
      throw new ServingError('INVALID_PARAMETER_VALUE', 'it fails on its own example');
    };
    const scheduled = { ...following, publish: rememberRefused(publish, () => nowMs) };
    wine.aliases.set('champion', '3');

    await reconcile(scheduled, {});
    nowMs = 59 * 60_000;
    await reconcile(scheduled, {});
    expect(tries).toBe(1);
    nowMs = 60 * 60_000;
    await reconcile(scheduled, {});
    expect(tries).toBe(2);
    expect(lines.every((line) => line.includes('it fails on its own example'))).toBe(true);
  });
});
