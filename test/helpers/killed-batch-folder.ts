import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { KilledBatchPlace } from '../contract/batch/killed-batch.suite.ts';

/** Inputs and outputs of killed jobs on this machine; each input begins with an empty output. */
export function makeKilledBatchFolder(): KilledBatchPlace & { remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'killed-batch-'));
  const output = join(root, 'out');
  mkdirSync(join(root, 'in'));
  mkdirSync(output);
  const entries = () =>
    readdirSync(output, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

  return {
    output,
    environment: {},
    async putInput(name, text) {
      for (const before of readdirSync(output)) rmSync(join(output, before), { recursive: true });
      writeFileSync(join(root, 'in', name), text);
      return join(root, 'in', name);
    },
    files: async () =>
      new Map(
        entries().map(({ parentPath, name }) => {
          const path = join(parentPath, name);
          return [relative(output, path), readFileSync(path)];
        }),
      ),
    unfinished: async () => entries().filter(({ name }) => name.startsWith('.partial-')).length,
    remove: () => rmSync(root, { recursive: true }),
  };
}
