import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createProcessMark, isLiveMark } from './process-mark.ts';

// Users and the remover of an entry exclude each other by files: each first announces itself, then
// looks for the other side, and steps back when it sees one. So never do both go on; that both
// step back is possible, and harmless.

/** Inside an entry: one empty file for each user. */
export const MARKS_FOLDER = 'in-use';
/** Inside an entry: who is about to remove it. One only, or the second would remove what came after the first. */
const CLAIM_FILE = 'removing';
/** A claim without its text holds for so long; ms. */
const UNSIGNED_CLAIM_MS = 10_000;

/** Takes an announcement back. */
export type Unmark = () => void;

/**
 * Mark an entry as in use by this process; undefined when it is not there, or going.
 *
 * A read-only disk takes no marks, but loses no entries either: there it needs none.
 */
export function markInUse(folder: string): Unmark | undefined {
  const mark = createProcessMark();
  try {
    writeFileSync(join(folder, MARKS_FOLDER, mark), '');
  } catch (error) {
    return isReadOnly(error) ? () => {} : undefined;
  }
  const unmark = (): void => removeMark(folder, mark);
  if (!isClaimed(folder)) return unmark;
  unmark();
  return undefined;
}

/** Take back a mark, whoever made it. */
export const removeMark = (folder: string, mark: string): void =>
  unlinkIfThere(join(folder, MARKS_FOLDER, mark));

/** Claim an entry for removal; false when it is not there, or somebody uses or removes it. */
export function claimForRemoval(folder: string): boolean {
  const path = join(folder, CLAIM_FILE);
  let claim: number;
  try {
    if (!isClaimed(folder)) unlinkIfThere(path); // left by a killed process
    claim = openSync(path, 'wx');
  } catch {
    return false; // gone, claimed by another, or read-only
  }
  signClaim(claim);
  const marks = join(folder, MARKS_FOLDER);
  if (!namesIn(marks).some((name) => isLive(marks, name))) return true;
  unlinkIfThere(path);
  return false;
}

function signClaim(claim: number): void {
  try {
    writeSync(claim, createProcessMark());
  } catch {
    // A full disk is why we are here: without its text the claim holds for a while.
  } finally {
    closeSync(claim);
  }
}

function isClaimed(folder: string): boolean {
  const path = join(folder, CLAIM_FILE);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  const mark = readIfThere(path);
  if (mark === '') return Date.now() - found.mtimeMs < UNSIGNED_CLAIM_MS;
  return mark !== undefined && isLiveMark(mark, found.mtimeMs, Date.now());
}

/** True when the process whose mark ends the name of this file or folder may still be at work. */
export function isLive(folder: string, name: string): boolean {
  const mark = name.slice(name.lastIndexOf('~') + 1);
  const found = statSync(join(folder, name), { throwIfNoEntry: false });
  return found !== undefined && isLiveMark(mark, found.mtimeMs, Date.now());
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // gone meanwhile: nobody is in it
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // taken back meanwhile
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Went with its entry; and one that stays is dead with its process.
  }
}

const isReadOnly = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(EROFS|EACCES|EPERM)$/.test(String(error.code));
