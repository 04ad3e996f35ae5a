import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where a thread's module lies: beside the bundle that runs, or beside this source. */
export function findThreadEntry(name: 'batch-thread' | 'model-thread'): string {
  if (typeof __dirname !== 'string') return join(import.meta.dirname, `${name}.ts`);
  const bundled = join(__dirname, `${name}.cjs`);
  return existsSync(bundled) ? bundled : join(__dirname, `${name}.ts`);
}
