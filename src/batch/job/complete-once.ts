import { randomBytes } from 'node:crypto';
import type { BatchManifest } from '../batch-manifest.ts';
import type { BatchOutput } from '../batch-output.ts';
import type { BatchJob, BatchOutcome } from './batch-job.ts';
import { takeClaim } from './claim.ts';
import { CLAIM_NAME, type OutputNames, outputNames } from './output-names.ts';
import { encodeManifest, readManifest } from './read-manifest.ts';
import { removeUnnamed } from './remove-unnamed.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { type Results, writeResults } from './write-results.ts';

const LEASE_MS = 60_000;

/** Which rows, and where what comes of them goes. */
export interface Target {
  readonly id: string;
  readonly options: ResolvedOptions;
  /** Relative to the output; nothing else is in it. */
  readonly folder: string;
  /** Of the manifest in the folder. */
  readonly recordName: string;
  /** Of the file or part. */
  readonly firstRow: number;
}

/**
 * Score rows and write what comes of them, with the effect of exactly once: there is one manifest, and the files that it
 * names hold every row.
 *
 * The manifest is written last, on condition that there is none: that write is the job's only moment. Everything before it may be
 * cut off, repeated or done by several at once. The claim only saves work.
 *
 * @throws {ServingError} BAD_REQUEST when too many rows were refused; what input, output and engine throw; the signal's reason
 */
export async function completeOnce<Item, Piece>(
  job: BatchJob<Item, Piece>,
  target: Target,
): Promise<BatchOutcome> {
  const { output } = job;
  const { id, folder } = target;
  const key = `${folder}/${target.recordName}`;
  const before = await readManifest(output, key);
  if (before) {
    await tidy(output, folder);
    return { kind: 'done-before', manifest: before };
  }
  job.signal?.throwIfAborted();
  const claim = await takeClaim(output, `${folder}/${CLAIM_NAME}`, job.leaseMs ?? LEASE_MS);
  if ('heldUntilMs' in claim) return { kind: 'busy', heldUntilMs: claim.heldUntilMs };
  try {
    // Whoever had the claim before may have been done just now.
    const meanwhile = await readManifest(output, key);
    if (meanwhile) return { kind: 'done-before', manifest: meanwhile };
    await output.removeUnfinished(folder);
    const startedAt = new Date();
    const { results, names } = await scoreAll(job, target);
    const manifest = describeJob(job, { id, startedAt, results });
    const outcome = await output.write(key, encodeManifest(manifest), { ifAbsent: true });
    const isFirst = outcome === 'written';
    const winner = isFirst ? manifest : ((await readManifest(output, key)) ?? manifest);
    if (!isFirst || names.length > 1) {
      await removeUnnamed(output, folder, { names, manifest: winner });
    }
    return { kind: isSame(winner, manifest) ? 'scored' : 'done-before', manifest: winner };
  } finally {
    await claim.release();
  }
}

/** Under the job's own names; under others when a run that was killed has left different answers there. */
async function scoreAll<Item, Piece>(
  job: BatchJob<Item, Piece>,
  { options, folder, firstRow }: Target,
): Promise<{ results: Results; names: OutputNames[] }> {
  const names = [outputNames(options), outputNames(options, randomBytes(4).toString('hex'))];
  for (const [index, each] of names.entries()) {
    const results = await writeResults(job, options, { folder, names: each, firstRow });
    if (results !== 'other') return { results, names: names.slice(0, index + 1) };
  }
  throw new Error(`${names.at(-1)?.predictions} was there before it was written`);
}

/** Remove what a run left that was killed after the manifest; nobody needs a claim of a job that is done. */
async function tidy(output: BatchOutput, folder: string): Promise<void> {
  await output.delete(`${folder}/${CLAIM_NAME}`).catch(() => undefined); // it changes nothing
  await output.removeUnfinished(folder).catch(() => undefined);
}

function describeJob<Item, Piece>(
  { input, model }: BatchJob<Item, Piece>,
  { id, startedAt, results }: { id: string; startedAt: Date; results: Results },
): BatchManifest {
  const finishedAt = new Date();
  const { uri, etag, sizeBytes } = input;
  return {
    version: 1,
    job: id,
    input: { uri, etag, sizeBytes },
    model,
    ...results,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    timings: { totalMs: finishedAt.getTime() - startedAt.getTime() },
  };
}

/** The answer to our own write was lost, and its repetition found it. */
const isSame = (found: BatchManifest, ours: BatchManifest): boolean =>
  JSON.stringify(found) === JSON.stringify(ours);
