import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What another machine left on a shared disk counts as live for so long; ms. */
const FOREIGN_LIFETIME_MS = 24 * 3_600_000;
const HOST = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-') || 'localhost';
const MARK = /^([A-Za-z0-9-]+)\.(\d+)\.(\d+)\.[0-9a-f]{12}$/;

/**
 * A file name that says who made the file: host, process number, start of the process, random part.
 *
 * The start tells a process from a later one with the same number; containers use few numbers.
 */
export function createProcessMark(): string {
  ownStart ??= startOf(process.pid) ?? 0;
  return `${HOST}.${process.pid}.${ownStart}.${randomBytes(6).toString('hex')}`;
}

let ownStart: number | undefined;

/** True when the process that made `mark` may still be at work. */
export function isLiveMark(mark: string, modifiedMs: number, nowMs: number): boolean {
  const [, host, pid, start] = MARK.exec(mark) ?? [];
  if (host === undefined) return false;
  if (host !== HOST) return nowMs - modifiedMs < FOREIGN_LIFETIME_MS;
  return isAlive(Number(pid)) && (startOf(Number(pid)) ?? 0) === Number(start);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Ticks between boot and the start of a process; undefined where there is no /proc. */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name, in parentheses, may hold anything; the start is field 22.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined; // not Linux, or gone meanwhile: `isAlive` decides
  }
}
