import { describe, expect, it } from 'vitest';
import { applyRegistryEvent } from '../../../src/registry-events/apply-registry-event.ts';
import type { EventScope } from '../../../src/registry-events/event-scope.ts';
import { createWorld } from './world.ts';

const NOW = { publishing: 'now' } as const;
const ALIAS = { kind: 'alias', name: 'wine', alias: 'champion' } as const;
const VERSION = { kind: 'version', name: 'wine', version: '3' } as const;
const TAG = { kind: 'tag', name: 'wine', version: '3', key: 'mlflow-serverless.publish' } as const;

const on = (...publishOn: ('alias' | 'version' | 'tag')[]): Partial<EventScope> => ({
  publishOn: new Set(publishOn),
});

describe('applyRegistryEvent', () => {
  it('follows the alias that is named, and no other', async () => {
    const { following, wine, target } = createWorld();
    wine.aliases.set('champion', '2').set('challenger', '1');

    expect(await applyRegistryEvent(following, ALIAS, NOW)).toBe('done');
    expect(target.writes).toEqual(['models/wine/aliases/champion.json']);
  });

  it.each([
    { name: 'an alias that is not followed', scope: { aliases: new Set(['prod']) } },
    { name: 'another model', scope: { model: 'beer' } },
  ])('ignores $name', async ({ scope }) => {
    const { following, wine, target } = createWorld(scope);
    wine.aliases.set('champion', '2');

    expect(await applyRegistryEvent(following, ALIAS, NOW)).toBe('ignored');
    expect(target.writes).toEqual([]);
  });

  it('does nothing for the model of a test delivery, which is not there', async () => {
    const { following, target } = createWorld();
    const event = { kind: 'alias', name: 'example_model', alias: 'example_alias' } as const;

    expect(await applyRegistryEvent(following, event, NOW)).toBe('done');
    expect(target.writes).toEqual([]);
  });

  it('publishes a new version only where that is asked for', async () => {
    const asked = createWorld(on('version'));
    const notAsked = createWorld(on('alias', 'tag'));

    expect(await applyRegistryEvent(asked.following, VERSION, NOW)).toBe('done');
    expect(await applyRegistryEvent(notAsked.following, VERSION, NOW)).toBe('ignored');
    expect([asked.published, notAsked.published]).toEqual([['3'], []]);
  });

  it('publishes a tagged version only while MLflow says that it is tagged', async () => {
    const { following, published, wine } = createWorld(on('tag'));

    expect(await applyRegistryEvent(following, TAG, NOW)).toBe('ignored');
    expect(await applyRegistryEvent(following, { ...TAG, key: 'x' }, NOW)).toBe('ignored');
    wine.tagsByVersion.set('3', { 'mlflow-serverless.publish': 'true' });
    expect(await applyRegistryEvent(following, TAG, NOW)).toBe('done');
    expect(published).toEqual(['3']);
  });

  it('follows an alias that was set to a version before it was published', async () => {
    const { following, wine, pointer } = createWorld(on('version'));
    wine.aliases.set('champion', '3');

    expect(await applyRegistryEvent(following, ALIAS, NOW)).toBe('ignored');
    expect(await applyRegistryEvent(following, VERSION, NOW)).toBe('done');
    expect(pointer('aliases/champion')).toMatchObject({ version: '3' });
  });

  it('leaves publishing to somebody with more time', async () => {
    const { following, published } = createWorld(on('version'));

    expect(await applyRegistryEvent(following, VERSION, { publishing: 'later' })).toBe(
      'needs-publishing',
    );
    expect(published).toEqual([]);
  });

  it('ignores a version that is gone, and does not publish one twice', async () => {
    const { following, published } = createWorld(on('version'));

    expect(await applyRegistryEvent(following, { ...VERSION, version: '9' }, NOW)).toBe('ignored');
    expect(await applyRegistryEvent(following, { ...VERSION, version: '2' }, NOW)).toBe('done');
    expect(published).toEqual([]);
  });
});
