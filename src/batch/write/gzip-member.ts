import { gzipSync } from 'node:zlib';

/** Where a member names the system that made it; 255 is unknown. */
const SYSTEM = 9;
/** Rows of numbers become 8 % larger than at zlib's own 6, in a quarter of the time. */
const LEVEL = 4;

/**
 * Bytes as one gzip member: members one after the other are one file, so that each can be made alone.
 *
 * Without time and system: the same bytes everywhere.
 */
export function gzipMember(bytes: Uint8Array): Uint8Array {
  const member = gzipSync(bytes, { level: LEVEL });
  member[SYSTEM] = 255;
  return member;
}
