import { ServingError } from '../../errors.ts';
import type { BatchManifest } from '../batch-manifest.ts';
import type { BatchOutput } from '../batch-output.ts';
import { finishBatchJob, type JobToFinish } from '../job/finish-batch-job.ts';
import { identifyJob } from '../job/job-identity.ts';
import { jobFolder, MANIFEST_NAME } from '../job/output-names.ts';
import { readManifest } from '../job/read-manifest.ts';
import { resolveOptions } from '../job/resolve-options.ts';
import { mapInOrder } from '../map-in-order.ts';
import type { PlannedItem, PlannedPart, PlannedRun } from './planned-run.ts';
import { readPlan } from './read-plan.ts';
import type { FailedFile, RunManifest, ScoredFile } from './run-manifest.ts';
import { runManifestKey } from './run-names.ts';
import type { RunStores } from './run-stores.ts';
import { writeRunManifest } from './write-run-manifest.ts';

/** Each reads its parts' records, several at once. */
const FILES_AT_ONCE = 16;

/**
 * Write the one manifest of a run: of what every file's own manifest says. A file whose parts are all there gets its own now.
 *
 * Files that are not complete are named in it, and none of their rows is counted: a state machine that tolerates no failures never
 * comes here with one.
 *
 * @throws {ServingError} INVALID_STATE when no file is complete, or the plan is gone; what the stores throw
 */
export async function finishRun(
  run: PlannedRun,
  { stores }: { readonly stores: Pick<RunStores, 'openOutput'> },
): Promise<RunManifest> {
  const output = await stores.openOutput(run.output);
  const files = filesOf(await readPlan(output, run.id));
  const found: (ScoredFile | FailedFile)[] = [];
  const look = (items: readonly PlannedItem[]) => finishFile(run, items, output);
  for await (const file of mapInOrder(files, FILES_AT_ONCE, look)) found.push(file);
  const scored = found.filter((file) => 'manifest' in file);
  const failed = found.filter((file) => 'reason' in file);
  const [first] = failed;
  if (scored.length === 0 && first !== undefined) {
    throw new ServingError(
      'INVALID_STATE',
      `no file of the run is complete; of ${first.uri}: ${first.reason}`,
    );
  }
  const manifest: RunManifest = {
    version: 1,
    run: run.id,
    input: run.input,
    model: run.model,
    rows: { in: sum(scored, 'in'), out: sum(scored, 'out'), refused: sum(scored, 'refused') },
    files: scored,
    failed,
    startedAt: run.startedAt,
    finishedAt: new Date().toISOString(),
  };
  return writeRunManifest(output, runManifestKey(run.id), manifest);
}

/** Items of one file lie side by side in the plan. */
function filesOf(items: readonly PlannedItem[]): PlannedItem[][] {
  const files = new Map<string, PlannedItem[]>();
  for (const item of items) {
    const { uri } = item.input;
    const file = files.get(uri);
    if (file) file.push(item);
    else files.set(uri, [item]);
  }
  return [...files.values()];
}

async function finishFile(
  { options, model }: PlannedRun,
  items: readonly PlannedItem[],
  output: BatchOutput,
): Promise<ScoredFile | FailedFile> {
  const { uri, key, etag, sizeBytes } = (items[0] as PlannedItem).input;
  const input = { uri, key, etag, sizeBytes };
  const job = identifyJob(input, model, resolveOptions(key, options));
  const manifestKey = `${jobFolder(key, job)}/${MANIFEST_NAME}`;
  const parts = items.flatMap(({ part }) => (part ? [part] : []));
  try {
    const manifest =
      parts.length > 0
        ? await finishParts({ input, output, model, options }, parts)
        : await readManifest(output, manifestKey);
    if (manifest === undefined) return { uri, etag, reason: `there is no ${manifestKey}` };
    return { uri, etag, manifest: manifestKey, rows: manifest.rows };
  } catch (error) {
    if (!(error instanceof ServingError) || !IS_ABOUT_FILE.has(error.code)) throw error;
    return { uri, etag, reason: error.message };
  }
}

/** Of `finishBatchJob`: a part is missing, too many rows were refused. */
const IS_ABOUT_FILE: ReadonlySet<string> = new Set(['INVALID_STATE', 'BAD_REQUEST']);

async function finishParts(
  job: JobToFinish,
  parts: readonly PlannedPart[],
): Promise<BatchManifest | undefined> {
  const planned = parts.map(({ index, count, range: { firstRow, rowCount } }) => ({
    index,
    count,
    firstRow,
    rowCount,
  }));
  const outcome = await finishBatchJob(job, planned);
  return outcome.kind === 'busy' ? undefined : outcome.manifest;
}

const sum = (files: readonly ScoredFile[], which: keyof BatchManifest['rows']): number =>
  files.reduce((total, { rows }) => total + rows[which], 0);
