import { findPublished } from '../publish/find-published.ts';
import { hasAlias, hasModel, PUBLISH_TAG } from './event-scope.ts';
import { followPointer } from './follow-pointer.ts';
import type { Applied, Following, PaceOptions } from './following.ts';
import type { RegistryEvent } from './parse-registry-event.ts';

/**
 * Look at what an event hints at, and follow MLflow there. Any number of times, in any order.
 *
 * @throws {ServingError} as `followPointer`
 */
export async function applyRegistryEvent(
  following: Following,
  event: RegistryEvent,
  options: PaceOptions,
): Promise<Applied> {
  const { scope } = following;
  const { name } = event;
  if (!hasModel(scope, name)) return 'ignored';
  switch (event.kind) {
    case 'alias':
      return hasAlias(scope, event.alias)
        ? followPointer(following, { kind: 'alias', name, pointer: event.alias }, options)
        : 'ignored';
    case 'version':
      return scope.publishOn.has('version')
        ? publishFrom(following, name, event.version, options)
        : 'ignored';
    case 'tag':
      return scope.publishOn.has('tag') && event.key === PUBLISH_TAG
        ? publishFrom(following, name, event.version, options, isTagged)
        : 'ignored';
  }
}

type Tags = Readonly<Record<string, string>>;

const isTagged = (tags: Tags): boolean => tags[PUBLISH_TAG]?.toLowerCase() === 'true';

/** Publish a version that MLflow has, then follow the aliases: one may have been set to it before it was there. */
async function publishFrom(
  following: Following,
  name: string,
  version: string,
  options: PaceOptions,
  isWanted: (tags: Tags) => boolean = () => true,
): Promise<Applied> {
  const { mlflow, target, scope } = following;
  const call = options.signal ? { signal: options.signal } : {};
  const [record, { manifest }] = await Promise.all([
    mlflow.findVersion(name, { version }, call),
    findPublished(target, name, version, call),
  ]);
  if (record === undefined || !isWanted(record.tags)) return 'ignored';
  if (manifest === undefined) {
    if (options.publishing === 'later') return 'needs-publishing';
    await following.publish(name, version, call);
  }
  const aliases = (await mlflow.findModel(name, call))?.aliases ?? [];
  for (const alias of aliases.filter((each) => hasAlias(scope, each))) {
    await followPointer(following, { kind: 'alias', name, pointer: alias }, options);
  }
  return 'done';
}
