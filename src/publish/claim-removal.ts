import { randomUUID } from 'node:crypto';
import { removalKey } from '../registry/published-layout.ts';
import type { CallOptions, ObjectStore, StoredObject } from './object-store.ts';

export interface Removal {
  readonly name: string;
  readonly version: string;
  /** ms since epoch. */
  readonly nowMs: number;
}

/** No removal takes so long: whoever claimed it has died; milliseconds. */
const LONGEST_REMOVAL_MS = 24 * 3_600_000;

/**
 * Claim a version for removal, so that of several prunes one removes it: were one to delete the files while
 * another puts the manifest back, there would be a version without files.
 *
 * The claim is an object beside the manifest. It goes last; one that a killed prune left is taken over after a day.
 *
 * @returns false when another prune has it
 */
export async function claimRemoval(
  store: ObjectStore,
  { name, version, nowMs }: Removal,
  call: CallOptions,
): Promise<boolean> {
  const key = removalKey(name, version);
  const claim = { claimed_at: new Date(nowMs).toISOString(), claim: randomUUID() };
  const bytes = Buffer.from(`${JSON.stringify(claim)}\n`);
  const isOurs = (found: StoredObject | undefined) =>
    found !== undefined && bytes.equals(found.bytes);
  if ((await store.write(key, bytes, { ifAbsent: true }, call)) === 'written') return true;
  const present = await store.read(key, call);
  if (present === undefined || isOurs(present)) return isOurs(present);
  if (nowMs - claimedAt(present.bytes) <= LONGEST_REMOVAL_MS) return false;
  const outcome = await store.write(key, bytes, { ifMatch: present.etag }, call);
  return outcome === 'written' || isOurs(await store.read(key, call));
}

/** Whether a prune has claimed a version, and has not had a day to finish. */
export async function isBeingRemoved(
  store: ObjectStore,
  { name, version, nowMs }: Removal,
  call: CallOptions,
): Promise<boolean> {
  const found = await store.read(removalKey(name, version), call);
  return found !== undefined && nowMs - claimedAt(found.bytes) <= LONGEST_REMOVAL_MS;
}

/** Long ago when it cannot be read. */
function claimedAt(bytes: Uint8Array): number {
  const text = /"claimed_at":\s*"([^"]*)"/.exec(Buffer.from(bytes).toString('utf8'))?.[1];
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}
