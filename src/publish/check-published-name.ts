import { checkModelName, checkVersion } from './pointer.ts';
import type { PublishOptions } from './publish-options.ts';

/**
 * Under which name and version something is published.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for what no model URI could name, or when a run or a folder is given neither
 */
export function checkPublishedName({
  source,
  name = source.name,
  version = source.version,
}: Pick<PublishOptions, 'source' | 'name' | 'version'>): { name: string; version: string } {
  checkModelName(name);
  return { name, version: checkVersion(version) };
}
