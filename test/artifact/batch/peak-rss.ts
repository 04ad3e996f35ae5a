import { readFileSync } from 'node:fs';

/** The most memory that a process had resident so far; bytes. */
export function peakRss({ pid }: { readonly pid?: number | undefined }): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
