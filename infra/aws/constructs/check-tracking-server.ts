import type { TrackingServer } from './registry-events-props.ts';

/** @throws {Error} for a password that the template would show, or a folder of artifacts that no key begins with */
export function checkTrackingServer({ uri, artifacts }: TrackingServer): void {
  if (/^https?:\/\/[^/]*@/i.test(uri)) {
    throw new Error(
      'registry.uri holds a user or a password; keep them in a secret, and pass it as registry.username and registry.password',
    );
  }
  const prefix = artifacts?.prefix ?? '';
  if (/^\/|\/$/.test(prefix)) {
    throw new Error(`registry.artifacts.prefix must have no slash at its ends, got "${prefix}"`);
  }
}
