import { readdirSync, readFileSync } from 'node:fs';

/**
 * Memory of a process and of all that it started; bytes, 0 when it is gone or the system does not say.
 *
 * Resident sizes count what forks share once for each of them, so a sum above the bound is checked against the
 * proportional sizes, which are exact and cost milliseconds.
 */
export function residentBytesOf(pid: number): number {
  return sumOf(pid, residentBytes);
}

/** Shared pages divided among those who share them; costs about 1 ms for each 500 MB. */
export function proportionalBytesOf(pid: number): number {
  return sumOf(pid, (member) => proportionalBytes(member) ?? residentBytes(member));
}

function sumOf(pid: number, sizeOf: (pid: number) => number): number {
  let sum = 0;
  const open = [pid];
  for (let member = open.pop(); member !== undefined; member = open.pop()) {
    sum += sizeOf(member);
    open.push(...childrenOf(member));
  }
  return sum;
}

const residentBytes = (pid: number): number =>
  1024 * Number(/^VmRSS:\s*(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);

function proportionalBytes(pid: number): number | undefined {
  const kibibytes = /^Pss:\s*(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
  return kibibytes === undefined ? undefined : 1024 * Number(kibibytes);
}

function childrenOf(pid: number): number[] {
  const folder = `/proc/${pid}/task`;
  return list(folder)
    .flatMap((thread) => read(`${folder}/${thread}/children`).split(' '))
    .filter((text) => text !== '')
    .map(Number);
}

/** Empty when the process ended meanwhile, or where there is no /proc. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
