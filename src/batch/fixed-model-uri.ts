import type { BatchManifest } from './batch-manifest.ts';

/**
 * The URI that goes on meaning this version when an alias moves; `undefined` for one that is no registered version: plain files.
 */
export function fixedModelUri({
  name,
  version,
}: Pick<BatchManifest['model'], 'name' | 'version'>): string | undefined {
  if (/^\d+$/.test(version)) return `models:/${name}/${version}`;
  return version.startsWith('m-') ? `models:/${version}` : undefined;
}
