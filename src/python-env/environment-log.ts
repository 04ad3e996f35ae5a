import { appendFileSync, writeFileSync } from 'node:fs';
import { redact } from '../redact.ts';

/** What an installer said, in a file that stays when it fails. Credentials of package indexes are taken out. */
export interface EnvironmentLog {
  readonly path: string;
  write(line: string): void;
}

/** Begins anew: what counts is how the environment was made last. */
export function openEnvironmentLog(path: string): EnvironmentLog {
  writeFileSync(path, '', { mode: 0o600 });
  return { path, write: (line) => appendFileSync(path, `${redact(line)}\n`) };
}
