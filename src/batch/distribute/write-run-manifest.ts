import { ServingError } from '../../errors.ts';
import type { BatchOutput } from '../batch-output.ts';
import type { RunManifest } from './run-manifest.ts';

/** Two that finish one run at once meet at most a few times. */
const ATTEMPTS = 5;

/**
 * Write a run's manifest once. One that is there stays, unless files had failed then that are complete now.
 *
 * @returns the one that is there afterwards
 * @throws {ServingError} what the output throws; TEMPORARILY_UNAVAILABLE when others keep writing it
 */
export async function writeRunManifest(
  output: BatchOutput,
  key: string,
  manifest: RunManifest,
): Promise<RunManifest> {
  const bytes = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const found = await output.read(key);
    const before = found && (JSON.parse(Buffer.from(found.bytes).toString()) as RunManifest);
    if (before !== undefined && before.failed.length <= manifest.failed.length) return before;
    const condition = found ? ({ ifMatch: found.etag } as const) : ({ ifAbsent: true } as const);
    if ((await output.write(key, bytes, condition)) === 'written') return manifest;
  }
  throw new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `${output.uri}/${key} is written by others, again and again; finish the run again`,
  );
}
