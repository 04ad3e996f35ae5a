import { gzipSync } from 'node:zlib';

/** Where a member names the system that made it; 255 is unknown. */
const SYSTEM = 9;

/**
 * Bytes as one gzip member: members one after the other are one file, so that each can be made alone.
 *
 * Without time and system: the same bytes everywhere.
 */
export function gzipMember(bytes: Uint8Array): Uint8Array {
  const member = gzipSync(bytes);
  member[SYSTEM] = 255;
  return member;
}
