import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ObjectStore } from '../../src/publish/object-store.ts';
import { MANIFEST_SCHEMA } from '../../src/registry/manifest.ts';
import { manifestKey } from '../../src/registry/published-layout.ts';

/** A change that a promoter was told it had made. */
export interface ReportedChange {
  readonly sequence: number;
  readonly version: string;
  readonly movedBy: string;
}

export interface Promoter {
  readonly child: ChildProcess;
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly errors: string }>;
  reported(): ReportedChange[];
}

const CHILD = join(import.meta.dirname, 'promoter-child.ts');

/** A process that moves the alias to and fro between two versions of its own. */
export function startPromoter(
  number: number,
  moves: number,
  { uri, environment }: { uri: string; environment: Record<string, string> },
): Promoter {
  const movedBy = `promoter ${number}`;
  const versions = `${2 * number + 1},${2 * number + 2}`;
  const child = spawn(process.execPath, [CHILD, uri, movedBy, versions, String(moves)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (part) => {
    output += part;
  });
  child.stderr.on('data', (part) => {
    errors += part;
  });
  return {
    child,
    ended: once(child, 'close').then(([exitCode]) => ({ exitCode, errors })),
    reported: () =>
      [...output.matchAll(/^(\d+) (\d+)$/gm)].map(([, sequence, version = '']) => ({
        sequence: Number(sequence),
        version,
        movedBy,
      })),
  };
}

/** Manifests of versions 1 to `count`, which is all that a promoter asks for. */
export async function publishManifests(store: ObjectStore, count: number): Promise<void> {
  for (let version = 1; version <= count; version += 1) {
    const manifest = {
      schema: MANIFEST_SCHEMA,
      name: 'wine',
      version: String(version),
      files: [{ path: 'MLmodel', size: 1, sha256: 'ab'.repeat(32) }],
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    await store.write(manifestKey('wine', String(version)), bytes, { ifAbsent: true });
  }
}
